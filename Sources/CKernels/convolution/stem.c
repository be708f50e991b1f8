// The stem's 7×7 convolution on three channels: rows of the input are padded, their channels interleaved, and
// products read them in place. A piece is one row of the output.
#include <string.h>

#include "method.h"

enum { STRIP_ROWS = 4 };

static r2_status prepare(r2_conv *conv) {
  const r2_geometry *g = &conv->geometry;
  if (conv->operands != R2_F32) return R2_UNFIT_OPERANDS;
  if (g->in_channels != 3 || g->kernel_y != 7 || g->kernel_x != 7 || g->stride_y != 2 || g->stride_x != 2 ||
      g->pad_y != 3 || g->pad_x != 3)
    return R2_UNFIT_GEOMETRY;
  conv->k = 7 * R2_STEM_CHUNK;
  conv->segments = g->kernel_t;
  conv->v_frames = 0;
  conv->in_frames = conv->frames + 2 * g->pad_t;
  return R2_OK;
}

static void output(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  const r2_conv *conv = group->conv;
  r2_stem_input layout = r2_stem_layout(conv);
  int y = piece.first / conv->out_width;
  r2_product product = r2_product_of(group, piece, v, panels, m);
  product.a = group->in.base + (ptrdiff_t)group->frame * conv->geometry.stride_t * layout.frame +
              2 * y * layout.pitch;
  product.chunk_stride = layout.pitch;
  product.segment_stride = layout.frame;
  group->kernels->stem_product(&product);
  r2_sums sums = {
      .base = m, .position = product.panel_stride_c, .panel = product.panel_stride_c, .panels = panels};
  r2_finish finish = r2_group_finish(group);
  piece.first -= group->out.top * conv->out_width;
  group->operands->direct_output(&sums, group->frame, piece, &group->out, &finish);
}

static int strips(const r2_conv *conv) { return r2_divide_up(conv->out_height, STRIP_ROWS); }

static r2_range strip_rows(const r2_conv *conv, int number) {
  return (r2_range){number * STRIP_ROWS, r2_smaller(STRIP_ROWS, conv->out_height - number * STRIP_ROWS)};
}

static void strip(r2_group *group, int number, float *scratch) {
  const r2_conv *conv = group->conv;
  r2_range rows = strip_rows(conv, number);
  for (int frame = 0; frame < conv->out_frames; frame++) {
    r2_place_frame(group, frame);
    for (int y = rows.first; y < rows.first + rows.count; y++)
      r2_run_piece(group, (r2_range){y * conv->out_width, conv->out_width}, scratch);
  }
}

// A padded row holds pixels of three channels: k = (kt, ky, kx, channel).
static void pack(const r2_packing *packing, int i) {
  double value[R2_BLOCK];
  for (int tap = 0; tap < packing->conv->geometry.kernel_t * 49; tap++) {
    r2_filter(packing, i, tap, 1, value);
    r2_store(packing, 0, 0, tap * 3 + i, value);
  }
}

const r2_method r2_method_stem = {
    .prepare = prepare,
    .groups = r2_frame_groups,
    .pieces_are_rows = 1,
    .place = r2_place_frame,
    .output = output,
    .strips = strips,
    .strip_rows = strip_rows,
    .strip = strip,
    .taps = r2_all_taps,
    .pack = pack,
};

// MARK: its input

r2_stem_input r2_stem_layout(const r2_conv *stem) {
  r2_stem_input layout = {
      .frames = stem->frames, .height = stem->height, .width = stem->width, .pad_t = stem->geometry.pad_t};
  layout.pitch = (ptrdiff_t)(stem->width + 7) * 3;
  layout.frame = layout.pitch * (stem->height + 7);
  return layout;
}

void r2_stem_fill(const r2_stem_input *layout, const uint8_t *planes, const float *values, int frame,
                  float *to) {
  int height = layout->height, width = layout->width;
  ptrdiff_t count = (ptrdiff_t)height * width;
  size_t border = (size_t)(layout->pad_t * layout->frame) * sizeof(float);
  float *first = to + (frame + layout->pad_t) * layout->frame, *row = first + 3 * layout->pitch + 9;
  memset(first, 0, (size_t)layout->frame * sizeof(float));
  const uint8_t *r = planes, *g = r + count, *b = g + count;
  for (int y = 0; y < height; y++, row += layout->pitch, r += width, g += width, b += width)
    for (int x = 0; x < width; x++) {
      row[3 * x] = values[r[x]];
      row[3 * x + 1] = values[256 + g[x]];
      row[3 * x + 2] = values[512 + b[x]];
    }
  // the first and last frames bring the border in time
  if (frame == 0) memset(to, 0, border);
  if (frame == layout->frames - 1) memset(first + layout->frame, 0, border);
}
