// Winograd in space with the temporal taps folded into the products' sums. V holds every input frame once,
// however many taps meet it, as one segment or as the four phases of stride 2; an output frame's taps are
// runs of it.
#include "method.h"

static void place(r2_group *group, int number) {
  (void)number;
  group->frame = 0;
  group->tiles = group->conv->tiles.rows * group->conv->tiles.columns;
}

static double taps(const r2_conv *conv, int number) {
  double sum = 0;
  (void)number;
  for (int frame = 0; frame < conv->out_frames; frame++) sum += r2_valid_taps(conv, frame).count;
  return sum;
}

// One frame of the group's input, and where its lines go.
static r2_view frame_of(const r2_group *group, int frame) {
  r2_view view = r2_shifted(&group->in, frame * group->in.frame);
  view.frames = 1;
  return view;
}

static void output(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  const r2_conv *conv = group->conv;
  const r2_geometry *g = &conv->geometry;
  for (int frame = 0; frame < conv->out_frames; frame++) {
    r2_range valid = r2_valid_taps(conv, frame);
    r2_product product = r2_product_of(group, piece, v, panels, m);
    product.a += (ptrdiff_t)(frame * g->stride_t - g->pad_t + valid.first) * v.tiles * R2_BLOCK;
    r2_only_segments(conv, &product, valid);
    product.segment_stride = (ptrdiff_t)v.tiles * R2_BLOCK;
    r2_sums sums = r2_multiply(group, &product, v, panels);
    r2_view out = r2_shifted(&group->out, frame * group->out.frame);
    r2_view residual = r2_shifted(&group->residual, frame * group->residual.frame);
    out.frames = 1;
    r2_finish finish = group->finish;
    finish.residual = group->has_residual ? &residual : NULL;
    group->operands->spatial_output(&sums, &group->conv->tiles, piece, &out, &finish);
  }
}

// MARK: stride 1

static r2_status prepare_spatial(r2_conv *conv) {
  conv->segments = conv->geometry.kernel_t;
  conv->v_segments = 1;
  conv->v_frames = conv->frames;
  return r2_tile_output(conv, 3);
}

static void input_spatial(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  r2_transformed to = r2_transformed_of(group->conv, v);
  for (int frame = 0; frame < group->conv->frames; frame++, to.base += to.frame) {
    r2_view view = frame_of(group, frame);
    group->operands->spatial_input(&view, &group->conv->tiles, piece, blocks, &to);
  }
}

static void pack_spatial(const r2_packing *packing, int i) {
  double filter[9 * R2_BLOCK];
  for (int t = 0; t < packing->conv->geometry.kernel_t; t++) {
    r2_filter(packing, i, t * 9, 9, filter);
    r2_pack_square(packing, filter, 3, t, i);
  }
}

const r2_method r2_method_spatial_folded = {
    .prepare = prepare_spatial,
    .groups = r2_one_group,
    .place = place,
    .input = input_spatial,
    .output = output,
    .taps = taps,
    .pack = pack_spatial,
};

// MARK: the stem: stride 1 on what already are the four phases

const r2_method r2_method_stem_folded = {
    .prepare = r2_stem_prepare,
    .groups = r2_one_group,
    .place = place,
    .input = input_spatial,
    .output = output,
    .taps = taps,
    .pack = r2_stem_pack,
};

// MARK: stride 2: the phases become one run of k, so their channels must fill whole chunks

static r2_status prepare_polyphase(r2_conv *conv) {
  if (conv->geometry.in_channels % (R2_BLOCK * r2_values(conv->operands)) != 0) return R2_UNFIT_CHANNELS;
  conv->segments = conv->geometry.kernel_t;
  conv->k *= 4;
  conv->v_segments = 4;
  conv->v_frames = conv->frames;
  return r2_tile_output(conv, 2);
}

static void input_polyphase(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  r2_transformed to = r2_transformed_of(group->conv, v);
  for (int frame = 0; frame < group->conv->frames; frame++, to.base += to.frame) {
    r2_view view = frame_of(group, frame);
    group->operands->polyphase_input(&view, &group->conv->tiles, piece, blocks, &to);
  }
}

static void pack_polyphase(const r2_packing *packing, int i) {
  double filter[9 * R2_BLOCK], two[4 * R2_BLOCK];
  for (int t = 0; t < packing->conv->geometry.kernel_t; t++) {
    r2_filter(packing, i, t * 9, 9, filter);
    for (int phase = 0; phase < 4; phase++) {
      r2_phase_filter(filter, phase, two);
      r2_pack_square(packing, two, 2, t * 4 + phase, i);
    }
  }
}

const r2_method r2_method_polyphase_folded = {
    .prepare = prepare_polyphase,
    .groups = r2_one_group,
    .place = place,
    .input = input_polyphase,
    .output = output,
    .taps = taps,
    .pack = pack_polyphase,
};
