// Where things lie in activations: the tiles of an output in their order (row of tiles, frame, column of
// tiles), and the outputs of a panel, frame by frame.
#ifndef R2_PLACES_H
#define R2_PLACES_H

#include "../include/kernels.h"

#define R2_INLINE static inline __attribute__((always_inline))

typedef struct {
  int row, frame, column;
} r2_tile;

R2_INLINE r2_tile r2_tile_at(const r2_tiles *tiles, int frames, int number) {
  int per_row = frames * tiles->columns;
  return (r2_tile){number / per_row, number % per_row / tiles->columns, number % tiles->columns};
}

R2_INLINE void r2_tile_next(const r2_tiles *tiles, int frames, r2_tile *tile) {
  if (++tile->column < tiles->columns) return;
  tile->column = 0;
  if (++tile->frame < frames) return;
  tile->frame = 0;
  tile->row++;
}

R2_INLINE float *view_at(const r2_view *view, int frame, int block, int y, int x) {
  return view->base + frame * view->frame + block * view->plane +
         ((ptrdiff_t)(y - view->top) * view->width + x) * R2_BLOCK;
}

/// What lies at multiples of a stride, in bytes. The odd multiples are kept: a compiler that is left to find
/// them again multiplies at every address.
typedef struct {
  const char *base;
  ptrdiff_t one, three, five, seven;
} r2_strided;

R2_INLINE ptrdiff_t r2_kept(ptrdiff_t value) {
  __asm__("" : "+r"(value));
  return value;
}

R2_INLINE r2_strided r2_strided_by(const char *base, ptrdiff_t bytes) {
  return (r2_strided){base, bytes, r2_kept(3 * bytes), r2_kept(5 * bytes), r2_kept(7 * bytes)};
}

R2_INLINE r2_strided r2_strided_at(const float *base, ptrdiff_t floats) {
  return r2_strided_by((const char *)base, floats * (ptrdiff_t)sizeof(float));
}

/// `k` strides on, up to 10; a constant.
R2_INLINE const float *r2_step(const r2_strided *s, const int k) {
  static const int odd[11] = {0, 1, 1, 3, 1, 5, 3, 7, 1, 3, 5};
  const int of = k == 0 ? 1 : odd[k];
  const ptrdiff_t stride = of == 1 ? s->one : of == 3 ? s->three : of == 5 ? s->five : s->seven;
  return (const float *)(s->base + k / of * stride);
}

/// The rows of a patch, from its first column on, which lie `step` floats apart: zeros where a row is outside
/// of the frame. Columns before `first` and from `end` on are outside of it, and not to be read.
typedef struct {
  const float *row[R2_MAX_SIDE];
  ptrdiff_t step;
  int first, end;
} r2_patch;

/// `rows` × `columns`, every `step`-th, from row y and column x on.
R2_INLINE r2_patch r2_patch_at(const r2_view *in, const float *plane, int y, int x, int step, int rows,
                               int columns) {
  static const float zeros[(2 * R2_MAX_SIDE) * R2_BLOCK];
  r2_patch patch = {.step = step * R2_BLOCK, .end = columns};
  for (int i = 0; i < rows; i++) {
    int row = y + i * step;
    patch.row[i] = row < 0 || row >= in->height
                       ? zeros
                       : plane + ((ptrdiff_t)(row - in->top) * in->width + x) * R2_BLOCK;
  }
  while (x + patch.first * step < 0) patch.first++;
  while (x + (patch.end - 1) * step >= in->width) patch.end--;
  return patch;
}

/// A tap of a convolution: where it lies from the pixel that it belongs to, in rows, in columns and, from
/// pixel (0, 0), in floats.
typedef struct {
  int y, x;
  ptrdiff_t offset;
} r2_tap;

/// Tap `number`, counted (t, y, x), where the first of them are those of `frame`.
R2_INLINE r2_tap r2_tap_at(const r2_view *in, const r2_geometry *g, int frame, int number) {
  int square = g->kernel_y * g->kernel_x, within = number % square;
  r2_tap tap = {.y = within / g->kernel_x - g->pad_y, .x = within % g->kernel_x - g->pad_x};
  tap.offset =
      (frame + number / square) * in->frame + ((ptrdiff_t)(tap.y - in->top) * in->width + tap.x) * R2_BLOCK;
  return tap;
}

/// The first block of a tap of the pixel in row y, column x, or NULL where it lies outside of the frame.
R2_INLINE const float *r2_tap_of(const r2_view *in, const r2_tap *tap, int y, int x) {
  int row = y + tap->y, column = x + tap->x;
  int inside = row >= 0 && row < in->height && column >= 0 && column < in->width;
  return inside ? in->base + tap->offset + ((ptrdiff_t)y * in->width + x) * R2_BLOCK : NULL;
}

/// Half a row of 56 columns: what a tile needs is asked for this many tiles before it comes to its turn.
enum { AHEAD = 7 };

/// Asks for the columns that a tile of `rows` × `columns`, the one at (y, x), does not share with the one
/// before it; behind the last column lies the next frame. What lies outside of everything does no harm.
R2_INLINE void prefetch_patch(const r2_view *in, const float *plane, int frame, int y, int x, int rows,
                              int columns, int step) {
  ptrdiff_t pitch = (ptrdiff_t)in->width * R2_BLOCK;
  if (x >= in->width) {
    if (frame + 1 >= in->frames) return;
    plane += in->frame;
    x -= in->width;
  }
  const float *row = plane + (y - in->top) * pitch + (ptrdiff_t)x * R2_BLOCK;
  for (int i = 0; i < rows; i++, row += pitch * step)
    for (int j = 0; j < columns * step; j++) __builtin_prefetch(row + j * R2_BLOCK, 0, 3);
}

/// Where the outputs of some pixels of one panel go, frame by frame, and what is added to them.
typedef struct {
  float *to;
  const float *residual;  // or NULL
  ptrdiff_t frame, residual_frame;
} r2_frames;

R2_INLINE r2_frames r2_frames_at(const r2_view *out, const r2_view *residual, int frame, int panel,
                                 int pixel) {
  r2_frames at = {.to = out->base + frame * out->frame + panel * out->plane + (ptrdiff_t)pixel * R2_BLOCK,
                  .frame = out->frame};
  if (!residual) return at;
  at.residual =
      residual->base + frame * residual->frame + panel * residual->plane + (ptrdiff_t)pixel * R2_BLOCK;
  at.residual_frame = residual->frame;
  return at;
}

#endif
