// The kernels of the network: one table of functions for each instruction set.
//
// Layouts, all float32 unless said otherwise, blocks of R2_BLOCK = 16 channels, padding lanes zero:
//   activations           [T][C/16][H][W][16]
//   transformed input  V  [position][K/16][tile][16]
//   packed weights     U  [panel][position][K][16], a panel being 16 output channels
//   products           M  [panel][position][tile][16]
// In bfloat16 V and U keep their 64-byte lines: V [position][K/32][tile][32], U [panel][position][K/2][16][2]; sums and activations stay float32.
// A kernel allocates nothing, knows no layers, and asserts its preconditions in debug builds.
#ifndef R2_KERNELS_H
#define R2_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "reference.h"

enum { R2_BLOCK = 16, R2_MAX_POINTS = 10, R2_STEM_ROW = 6, R2_STEM_CHUNK = 21 };

/// Coefficients of a one-dimensional Winograd transform F(outputs, taps) at the points
/// {0 if zero, ±p₁ … ±p_pairs, ∞ if infinity}, in that order. See winograd.c for the formulas.
typedef struct {
  int points, outputs, taps;
  int zero, pairs, infinity;
  float pair[4];        // p_q
  float remainder[4][3];  // coefficients of Π(x² − p²) over the other pairs, leading 1 left out
  float product[4];     // coefficients of Π(x² − p²) over all pairs, leading 1 left out
  float power[4][8];    // p_q to the power 0 … outputs − 1
} r2_transform;

/// Rows of products: c[panel][row][16] = Σ over segments, chunks and k of a · b.
/// `a` element (row, segment, chunk, k) lies at a[segment·segment_stride + chunk·chunk_stride + row·16 + k];
/// in a stem's product rows lie R2_STEM_ROW floats apart and a chunk holds R2_STEM_CHUNK values instead of 16.
/// In bfloat16 an element is a pair of values, four bytes all the same.
typedef struct {
  const float *a;
  ptrdiff_t chunk_stride, segment_stride;
  int rows, k, segments;  // k: elements a segment
  const float *b;
  ptrdiff_t panel_stride_b;
  float *c;
  ptrdiff_t panel_stride_c;
  int panels;
} r2_product;

/// Where a layer's activations lie: element (t, block, y, x) at base + t·frame + block·plane + ((y − top)·width + x)·16.
typedef struct {
  float *base;
  ptrdiff_t frame, plane;  // in floats
  int frames, height, width, top;
} r2_view;

/// A rectangle of an output cut into tiles of my × mx, counted (row of tiles, frame, column of tiles).
typedef struct {
  int top, left;            // first output row and column of the rectangle
  int bottom, right;        // one past the last
  int rows, columns;        // of tiles
  const r2_transform *y, *x;
} r2_tiles;

typedef struct {
  const float *bias;        // [panels][16], or NULL
  const r2_view *residual;  // or NULL
  int relu;
} r2_finish;

/// The kernels whose operands V and U have one type. Strides of V are in its elements.
typedef struct {
  void (*product)(const r2_product *);
  /// V of tiles [first, first + count), blocks [block, block + blocks) of the input, for a stride-1 3×3 convolution with padding 1.
  void (*spatial_input)(const r2_view *in, const r2_tiles *tiles, int first, int count, int block, int blocks, void *v,
                        ptrdiff_t position_stride, ptrdiff_t chunk_stride);
  /// The same for stride 2: the four phases of the input (rows odd or even, columns odd or even) lie segment_stride apart.
  void (*polyphase_input)(const r2_view *in, const r2_tiles *tiles, int first, int count, int block, int blocks, void *v,
                          ptrdiff_t position_stride, ptrdiff_t chunk_stride, ptrdiff_t segment_stride);
  /// V of pixels [pixel, pixel + pixels) of a 3×1×1 convolution with padding 1, of the temporal tile that starts at frame `start`.
  void (*temporal_input)(const r2_view *in, const r2_transform *t, int start, int pixel, int pixels, int block, int blocks,
                         void *v, ptrdiff_t position_stride, ptrdiff_t chunk_stride);
  /// Copies tap (tap_y, tap_x) of output pixels [pixel, pixel + pixels) of a convolution whose output is `width` wide; zero outside the picture.
  void (*gather_input)(const r2_view *in, const r2_geometry *g, int width, int frame, int tap_y, int tap_x, int pixel, int pixels,
                       int block, int blocks, void *v, ptrdiff_t chunk_stride);
} r2_operands;

typedef struct {
  const char *name;
  int max_panels;            // panels that one product holds in registers
  r2_operands f32, bf16;     // bf16.product is NULL where this CPU has no bfloat16
  void (*stem_product)(const r2_product *);
  void (*spatial_output)(const float *m, ptrdiff_t position_stride, ptrdiff_t panel_stride, const r2_tiles *tiles,
                         int first, int count, int panel, int panels, const r2_view *out, const r2_finish *finish);
  void (*temporal_output)(const float *m, ptrdiff_t position_stride, ptrdiff_t panel_stride, const r2_transform *t, int start,
                          int pixel, int pixels, int panel, int panels, const r2_view *out, const r2_finish *finish);
  /// out[pixel] = finish(m[pixel]) for pixels of one frame.
  void (*direct_output)(const float *m, ptrdiff_t panel_stride, int frame, int pixel, int pixels, int panel, int panels,
                        const r2_view *out, const r2_finish *finish);
  /// Mean over frames, rows and columns of block `block`: out[16].
  void (*pool)(const r2_view *in, int block, float *out);
  /// y[o] = bias[o] + Σ_i w[o][i]·x[i]; a row of w has `columns` values.
  void (*linear)(const float *w, const float *bias, const float *x, int rows, int columns, float *y);
} r2_kernels;

/// The table of an instruction set, or NULL where this CPU (or this build) has it not.
const r2_kernels *r2_kernels_portable(void);
const r2_kernels *r2_kernels_avx2(void);
const r2_kernels *r2_kernels_avx512(void);

#endif
