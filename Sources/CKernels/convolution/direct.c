// Convolutions that sum the products of every tap. Where a tap's pixels are those of the output, activations
// are read in place; where not, each tap's are copied to a segment of its own.
#include "method.h"

static int groups(const r2_conv *conv) { return conv->out_frames; }

static void place(r2_group *group, int number) {
  const r2_conv *conv = group->conv;
  group->part = &conv->parts[0];
  group->frame = number;
  group->tiles = conv->out_height * conv->out_width;
}

static double taps(const r2_conv *conv, int number) { return r2_valid_taps(conv, number).count; }

static void pack(const r2_packing *packing, int i) {
  const r2_geometry *g = &packing->conv->geometry;
  double value[R2_BLOCK];
  for (int tap = 0; tap < g->kernel_t * g->kernel_y * g->kernel_x; tap++) {
    r2_filter(packing, i, tap, 1, value);
    r2_store(packing, 0, tap, i, value);
  }
}

// MARK: in place

static r2_status prepare_direct(r2_conv *conv) {
  const r2_geometry *g = &conv->geometry;
  if (conv->operands != R2_F32) return R2_UNFIT_OPERANDS;
  if (g->kernel_y != 1 || g->kernel_x != 1 || g->stride_y != 1 || g->stride_x != 1 || g->pad_y || g->pad_x)
    return R2_UNFIT_GEOMETRY;
  conv->v_frames = 0;
  return R2_OK;
}

static void output_direct(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  const r2_conv *conv = group->conv;
  const r2_geometry *g = &conv->geometry;
  r2_range valid = r2_valid_taps(conv, group->frame);
  r2_product product = r2_product_of(group, piece, v, panels, m);
  int frame = group->frame * g->stride_t - g->pad_t + valid.first;
  product.a = group->in.base + frame * group->in.frame + (ptrdiff_t)piece.first * R2_BLOCK;
  product.chunk_stride = group->in.plane;
  product.segment_stride = group->in.frame;
  product.segments = valid.count;
  product.b += (ptrdiff_t)valid.first * conv->k * R2_BLOCK;
  r2_sums sums = r2_multiply(group, &product, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->direct_output(&sums, group->frame, piece, &group->out, &finish);
}

const r2_method r2_method_direct = {
    .prepare = prepare_direct,
    .groups = groups,
    .place = place,
    .output = output_direct,
    .taps = taps,
    .pack = pack,
};

// MARK: copied

static r2_status prepare_gather(r2_conv *conv) { return (void)conv, R2_OK; }

static void input_gather(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  const r2_conv *conv = group->conv;
  const r2_geometry *g = &conv->geometry;
  r2_range valid = r2_valid_taps(conv, group->frame);
  r2_transformed to = r2_transformed_of(conv, v);
  int square = g->kernel_y * g->kernel_x;
  to.base += valid.first * square * to.segment;
  for (int t = valid.first; t < valid.first + valid.count; t++)
    for (int tap = 0; tap < square; tap++, to.base += to.segment)
      group->operands->gather_input(&group->in, g, conv->out_width, group->frame * g->stride_t - g->pad_t + t,
                                    tap / g->kernel_x, tap % g->kernel_x, piece, blocks, &to);
}

static void output_gather(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  const r2_conv *conv = group->conv;
  r2_range valid = r2_valid_taps(conv, group->frame);
  r2_product product = r2_product_of(group, piece, v, panels, m);
  int square = conv->geometry.kernel_y * conv->geometry.kernel_x;
  product.segments = valid.count * square;
  product.a += valid.first * square * product.segment_stride;
  product.b += (ptrdiff_t)valid.first * square * conv->k * R2_BLOCK;
  r2_sums sums = r2_multiply(group, &product, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->direct_output(&sums, group->frame, piece, &group->out, &finish);
}

const r2_method r2_method_gather = {
    .prepare = prepare_gather,
    .groups = groups,
    .place = place,
    .input = input_gather,
    .output = output_gather,
    .taps = taps,
    .pack = pack,
};
