// Convolutions that sum the products of every tap. Where a tap's pixels are those of the output, activations
// are read in place; where not, each tap's are copied to a segment of its own.
#include "method.h"

int r2_frame_groups(const r2_conv *conv) { return conv->out_frames; }

void r2_place_frame(r2_group *group, int number) {
  const r2_conv *conv = group->conv;
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
  r2_only_segments(conv, &product, valid);
  r2_sums sums = r2_multiply(group, &product, v, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->direct_output(&sums, group->frame, piece, &group->out, &finish);
}

const r2_method r2_method_direct = {
    .prepare = prepare_direct,
    .groups = r2_frame_groups,
    .place = r2_place_frame,
    .output = output_direct,
    .taps = taps,
    .pack = pack,
};

// MARK: copied

// Its inputs are outputs of a ReLU: all 8 bits of an integer are for numbers from 0 up.
static r2_status prepare_gather(r2_conv *conv) {
  conv->v_signed = 0;
  if (r2_scaled(conv->operands) && conv->segments > R2_MAX_TAPS) return R2_UNFIT_GEOMETRY;
  return R2_OK;
}

// Only the segments of taps that do not meet padding are written and read.
static void place_gather(r2_group *group, int number) {
  const r2_geometry *g = &group->conv->geometry;
  r2_range valid = r2_valid_taps(group->conv, number);
  int square = g->kernel_y * g->kernel_x;
  r2_place_frame(group, number);
  group->segments = (r2_range){valid.first * square, valid.count * square};
}

static void input_gather(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  const r2_conv *conv = group->conv;
  const r2_geometry *g = &conv->geometry;
  r2_transformed to = r2_transformed_of(conv, v);
  int square = g->kernel_y * g->kernel_x, frame = group->frame * g->stride_t - g->pad_t;
  to.base += group->segments.first * to.segment;
  for (int n = group->segments.first; n < group->segments.first + group->segments.count; n++) {
    int tap = n % square;
    group->operands->gather_input(&group->in, g, conv->out_width, frame + n / square, tap / g->kernel_x,
                                  tap % g->kernel_x, piece, blocks, &to);
    to.base += to.segment;
  }
}

static void integers_gather(const r2_group *group, r2_range piece, r2_input v) {
  const r2_conv *conv = group->conv;
  const r2_geometry *g = &conv->geometry;
  r2_transformed to = r2_transformed_of(conv, v);
  to.base += group->segments.first * to.segment;
  group->operands->gather_integers(&group->in, g, conv->out_width, group->frame * g->stride_t - g->pad_t,
                                   group->segments, piece, conv->blocks, &to, v.scale);
}

static void output_gather(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  r2_product product = r2_product_of(group, piece, v, panels, m);
  product.a += group->segments.first * product.segment_stride;
  r2_only_segments(group->conv, &product, group->segments);
  r2_sums sums = r2_multiply(group, &product, v, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->direct_output(&sums, group->frame, piece, &group->out, &finish);
}

const r2_method r2_method_gather = {
    .prepare = prepare_gather,
    .groups = r2_frame_groups,
    .place = place_gather,
    .input = input_gather,
    .integers = integers_gather,
    .output = output_gather,
    .taps = taps,
    .pack = pack,
};
