// Winograd in time: a tile is some frames of one pixel.
#include "method.h"

static r2_status prepare(r2_conv *conv) {
  const r2_geometry *g = &conv->geometry;
  if (g->kernel_t != 3 || g->kernel_y != 1 || g->kernel_x != 1 || g->stride_t != 1 || g->pad_t != 1 ||
      g->stride_y != 1 || g->stride_x != 1)
    return R2_UNFIT_GEOMETRY;
  if (conv->tiling.frames == 2 && conv->frames == 2)
    r2_transform_make_pair(&conv->t);
  else if (r2_transform_make(conv->tiling.frames, 3, &conv->t) != 0)
    return R2_NO_SUCH_TRANSFORM;
  conv->segments = conv->v_segments = 1;
  conv->positions = conv->t.points;
  return R2_OK;
}

static int groups(const r2_conv *conv) { return r2_divide_up(conv->out_frames, conv->t.outputs); }

static void place(r2_group *group, int number) {
  const r2_conv *conv = group->conv;
  group->frame = number * conv->t.outputs;
  group->tiles = conv->out_height * conv->out_width;
}

static void input(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  r2_transformed to = r2_transformed_of(group->conv, v);
  group->operands->temporal_input(&group->in, &group->conv->t, group->frame, piece, blocks, &to);
}

static void output(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  r2_product product = r2_product_of(group, piece, v, panels, m);
  r2_sums sums = r2_multiply(group, &product, v, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->temporal_output(&sums, &group->conv->t, group->frame, piece, &group->out, &finish);
}

static void pack(const r2_packing *packing, int i) {
  double filter[3 * R2_BLOCK];
  r2_filter(packing, i, 0, 3, filter);
  r2_pack_line(packing, filter, i);
}

const r2_method r2_method_temporal = {
    .prepare = prepare,
    .groups = groups,
    .place = place,
    .input = input,
    .output = output,
    .taps = r2_all_taps,
    .pack = pack,
};
