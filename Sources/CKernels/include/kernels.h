// The kernels of the network: one table of functions for each instruction set.
//
// clang-format off
// Glossary, for all of CKernels:
//   block     16 channels of activations, padded with zeros; what `R2_BLOCK` counts
//   panel     16 output channels of packed weights, and of the products made with them
//   tile      the outputs that one transform makes: m × m pixels, m frames of a pixel, or (direct) one pixel
//   position  one of the numbers that a tile's input becomes, m + taps − 1 in each direction; 1 if direct
//   element   four bytes of an operand: one float32, two bfloat16 or four 8-bit values
//   line      64 bytes of transformed input: 16 elements of one tile and one position
//   chunk     the channels that a line holds: 16, 32 or 64
//   segment   a run of k elements that a product sums: a tap of a direct convolution, a phase of stride 2
//   group     the tiles that are cut into pieces together: of a frame, or of all that are alike
//   piece     tiles of one group that one thread takes at a time
//   strip     some rows of all frames, between a spatial convolution and the temporal one behind it
//
// Layouts, all float32 unless said otherwise:
//   activations           [T][C/16][H][W][16]
//   transformed input  V  [position][segment][chunk][frame][tile][16 elements], frames where taps are folded
//   packed weights     U  [panel][position][segment][k][16 elements]
//   products           M  [panel][position][tile][16]
// In V and M a line is left free where positions would lie an even number of lines apart.
// clang-format on
//
// In 8 bits a line of four blocks holds channel 16·j + lane at byte j of element `lane`; fewer than four
// blocks, at the end, hold theirs in order. V is unsigned, its scale one a tile and position; U is signed,
// its scale one a panel, position and lane.
//
// A kernel allocates nothing, knows no layers, and asserts its preconditions in debug builds.
#ifndef R2_KERNELS_H
#define R2_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "dense.h"
#include "reference.h"

enum { R2_BLOCK = 16, R2_MAX_POINTS = 10, R2_MAX_SIDE = 9, R2_MAX_SIDE_TAPS = 4, R2_MAX_TAPS = 27 };

/// What the operands V and U of products are made of; sums and activations are float32 whatever they are.
typedef enum { R2_F32, R2_BF16, R2_INT8 } r2_operand_type;
enum { R2_OPERAND_TYPES = R2_INT8 + 1 };  // counted from the last

/// Coefficients of a one-dimensional Winograd transform F(outputs, taps) at the points
/// {0 if zero, ±p₁ … ±p_pairs, ∞ if infinity}, in that order. See winograd.c for the formulas.
typedef struct {
  int points, outputs, taps;
  int zero, pairs, infinity;
  float pair[4];          // p_q
  float remainder[4][3];  // coefficients of Π(x² − p²) over the other pairs, leading 1 left out
  float product[4];       // coefficients of Π(x² − p²) over all pairs, leading 1 left out
  float power[4][8];      // p_q to the power 0 … outputs − 1
} r2_transform;

/// Rows of products: c[panel][row][16] = Σ over segments, chunks and k of a · b.
/// Element (row, segment, chunk, k) of `a` lies at a[segment·segment_stride + chunk·chunk_stride + row·16 +
/// k].
typedef struct {
  const float *a;
  ptrdiff_t chunk_stride, segment_stride;
  int rows, k, segments;  // k: elements a segment
  const float *b;
  ptrdiff_t panel_stride_b;
  float *c;
  ptrdiff_t panel_stride_c;
  int panels;
  const float *weight_sums;  // 8-bit operands: [panel][segment][16] int32, the sums of b
  ptrdiff_t panel_stride_sums;
  int is_shared;    // whether other threads have written much of a
  int is_signed;    // 8-bit operands: whether every a is too large by half of what it holds
  ptrdiff_t ahead;  // floats from a weight to the one to ask for meanwhile
} r2_product;

/// Where a layer's activations lie: element (t, block, y, x) at
/// base + t·frame + block·plane + ((y − top)·width + x)·16.
typedef struct {
  float *base;
  ptrdiff_t frame, plane;  // in floats
  int frames, height, width, top;
} r2_view;

/// Things `first` to `first + count − 1`: tiles or pixels, blocks, panels.
typedef struct {
  int first, count;
} r2_range;

/// The output, height × width, cut into tiles of my × mx, counted (row of tiles, frame, column of tiles).
typedef struct {
  int height, width;
  int rows, columns;  // of tiles
  const r2_transform *y, *x;
} r2_tiles;

/// Where the first tile's first line of V goes; strides in elements.
typedef struct {
  float *base;
  ptrdiff_t position, segment, chunk, frame, tile;
} r2_transformed;

/// What is to become 8-bit integers: `tiles` tiles of so many positions, segments, blocks and frames. In
/// float32 a position's lines lie one behind the other.
typedef struct {
  int tiles, positions, segments, blocks, frames;
  int is_signed;  // half of what V holds is added; 0 where no value is negative
} r2_quantization;

/// Products of `panels` for some tiles: element (panel, position, tile, lane) at
/// base + (panel − panels.first)·panel + position·position + tile·16 + lane. Integers are worth
/// u_scale[panel][position][lane] · v_scale[tile][position] each.
typedef struct {
  const float *base;
  ptrdiff_t position, panel;
  r2_range panels;
  const float *u_scale, *v_scale;
  ptrdiff_t u_panel, v_tile;
} r2_sums;

typedef struct {
  const float *bias;        // [panels][16], or NULL
  const r2_view *residual;  // or NULL
  int relu;
} r2_finish;

/// The kernels that depend on the operands' type. Where `quantize` is not NULL, inputs write V in float32,
/// and it makes the operand of that.
typedef struct {
  /// 8-bit: the largest integer of V, and the largest magnitude that the sum of two neighbouring integers of
  /// U with the same sign may have, 0 for any: where products are summed by twos in 16 bits, both are less
  /// than 8 bits hold.
  int largest, pair;
  void (*product)(const r2_product *);
  /// 8-bit V of `from`, and the scale of every tile and position: from the largest value that its products
  /// will sum.
  void (*quantize)(const r2_quantization *, const r2_transformed *from, const r2_transformed *to,
                   float *scale);
  /// V of some tiles and blocks of the input, for a stride-1 3×3 convolution with padding 1, or one of 4×4
  /// taps with padding 2 before its input: a stem's.
  void (*spatial_input)(const r2_view *in, const r2_tiles *, r2_range tiles, r2_range blocks,
                        const r2_transformed *);
  /// The same for stride 2: the four phases of the input (rows odd or even, columns odd or even) are
  /// segments.
  void (*polyphase_input)(const r2_view *in, const r2_tiles *, r2_range tiles, r2_range blocks,
                          const r2_transformed *);
  /// V of some pixels of a 3×1×1 convolution with padding 1, of the temporal tile that starts at frame
  /// `start`.
  void (*temporal_input)(const r2_view *in, const r2_transform *, int start, r2_range pixels, r2_range blocks,
                         const r2_transformed *);
  /// Copies tap (tap_y, tap_x) of some output pixels of a convolution whose output is `width` wide; zero
  /// outside the frame.
  void (*gather_input)(const r2_view *in, const r2_geometry *, int width, int frame, int tap_y, int tap_x,
                       r2_range pixels, r2_range blocks, const r2_transformed *);
  /// The same of some taps, numbered (t, y, x) from the first of `frame` on, at once in 8 bits: one segment a
  /// tap, and a scale for each pixel. Only where there is `quantize`.
  void (*gather_integers)(const r2_view *in, const r2_geometry *, int width, int frame, r2_range taps,
                          r2_range pixels, int blocks, const r2_transformed *, float *scale);
  /// From the products of some tiles to activations.
  void (*spatial_output)(const r2_sums *, const r2_tiles *, r2_range tiles, const r2_view *out,
                         const r2_finish *);
  void (*temporal_output)(const r2_sums *, const r2_transform *, int start, r2_range pixels,
                          const r2_view *out, const r2_finish *);
  /// out[pixel] = finish(sum[pixel]) for pixels of one frame.
  void (*direct_output)(const r2_sums *, int frame, r2_range pixels, const r2_view *out, const r2_finish *);
} r2_operands;

typedef struct {
  const char *name;
  int max_panels;  // panels that one product holds in registers
  /// Every slot is filled; `fast[type]` says whether by instructions made for it or by the plain C of
  /// scalar.c.
  r2_operands operands[R2_OPERAND_TYPES];
  int fast[R2_OPERAND_TYPES];
  /// Whether these instructions, where they are, take longer than float32's.
  int slow[R2_OPERAND_TYPES];
  /// Mean over frames, rows and columns of block `block`: out[16].
  void (*pool)(const r2_view *in, int block, float *out);
  /// y[o] = bias[o] + Σ_i w[o][i]·x[i]; a row of w has `columns` values.
  void (*linear)(const float *w, const float *bias, const float *x, int rows, int columns, float *y);
  /// Products in double.
  void (*dense)(const r2_dense *);
} r2_kernels;

/// Slowest first: scalar is plain C, portable the compiler's own vectors, dotprod and i8mm those of arm64
/// with 8-bit products, avxvnni is AVX2 with them.
typedef enum { R2_SCALAR, R2_PORTABLE, R2_DOTPROD, R2_I8MM, R2_AVX2, R2_AVXVNNI, R2_AVX512 } r2_isa;
enum { R2_ISAS = R2_AVX512 + 1 };  // counted from the last

/// Whether a table has instructions for products of this type, and the products themselves.
static inline int r2_kernels_multiply(const r2_kernels *kernels, r2_operand_type type) {
  return kernels->fast[type];
}
static inline void r2_kernels_product(const r2_kernels *kernels, r2_operand_type type,
                                      const r2_product *product) {
  kernels->operands[type].product(product);
}

/// The table of an instruction set, or NULL where this CPU (or this build) has it not.
const r2_kernels *r2_kernels_of(r2_isa isa);

#endif
