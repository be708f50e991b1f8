// What an algorithm does, and what all of them share. Each algorithm is one file with one table, `r2_method`.
#ifndef R2_METHOD_H
#define R2_METHOD_H

#include "../include/conv.h"
#include "../include/winograd.h"

static inline int r2_divide_up(int a, int b) { return (a + b - 1) / b; }
/// So many floats of whole lines, or a line more: what lies an odd number of lines apart is spread over all
/// sets of a cache. A tile is transformed from and to all its positions.
static inline ptrdiff_t r2_odd_lines(ptrdiff_t floats) { return floats | R2_BLOCK; }
static inline int r2_smaller(int a, int b) { return a < b ? a : b; }

/// One group of tiles at work: views of the window that it belongs to, and what becomes of its sums.
typedef struct {
  const r2_conv *conv;
  const r2_kernels *kernels;
  const r2_operands *operands;
  r2_view in, out, residual;
  r2_finish finish;  // without the residual: see r2_group_finish
  int has_residual;
  int windows;  // 1, or all where a group spans them
  int frame;    // first output frame; 0 where a group holds all
  int tiles;
  r2_range segments;  // of V that its products read
} r2_group;

/// The finish of a group with its residual.
static inline r2_finish r2_group_finish(const r2_group *group) {
  r2_finish finish = group->finish;
  finish.residual = group->has_residual ? &group->residual : NULL;
  return finish;
}

/// Transformed input: the first line of the piece at hand, in a V laid out for `tiles` tiles of `chunks`
/// chunks, and its first scale. On the way to integers tiles lie one behind the other, of `positions` each.
typedef struct {
  float *base;
  int tiles, chunks, positions;
  float *scale;
} r2_input;

typedef struct r2_packing r2_packing;

typedef struct r2_method {
  /// Checks the geometry and sets segments, k, positions and what V holds, which are those of a direct
  /// convolution.
  r2_status (*prepare)(r2_conv *conv);
  /// Groups of a window, or of all windows where a group spans them.
  int (*groups)(const r2_conv *conv);
  int spans_windows;
  /// Sets frame and tiles of group `number`; its views are the window's.
  void (*place)(r2_group *group, int number);
  /// V of a piece and of some blocks; NULL where products read the activations in place.
  void (*input)(const r2_group *group, r2_range piece, r2_range blocks, r2_input v);
  /// The same at once in 8 bits, where there is no transform to come before; NULL elsewhere.
  void (*integers)(const r2_group *group, r2_range piece, r2_input v);
  /// Products of a piece with some panels, into `m`, and from there to the output.
  void (*output)(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m);
  /// Writes strip `number`, all frames of one window, to the group's output: where it can begin a fused run.
  int (*strips)(const r2_conv *conv);
  r2_range (*strip_rows)(const r2_conv *conv, int number);
  void (*strip)(r2_group *group, int number, float *scratch);
  /// Leaves out of the products of a position what multiplies zeros only; NULL where there is none.
  void (*narrow)(const r2_conv *conv, int position, r2_product *product);
  /// Temporal taps that the products of a group sum, of conv->geometry.kernel_t: padding is left out.
  double (*taps)(const r2_conv *conv, int number);
  /// All that input channel `i` gives to a panel of weights.
  void (*pack)(const r2_packing *packing, int i);
} r2_method;

extern const r2_method r2_method_direct, r2_method_gather, r2_method_temporal, r2_method_spatial,
    r2_method_polyphase, r2_method_stem, r2_method_spatial_folded, r2_method_polyphase_folded,
    r2_method_stem_folded;

// MARK: operand types (operands.c)

/// Values in an element of this type.
int r2_values(r2_operand_type type);
/// Elements that so many channels of a segment take.
int r2_elements(r2_operand_type type, int channels);
/// Whether operands are integers with scales.
int r2_scaled(r2_operand_type type);

// MARK: groups and pieces (conv.c)

/// The views of a window, before a group is placed in it.
r2_group r2_group_of(const r2_conv *conv, const r2_run *run, int window, const r2_view *in,
                     const r2_view *out, const r2_view *residual);
/// `view`, `floats` further on.
r2_view r2_shifted(const r2_view *view, ptrdiff_t floats);
int r2_pieces(const r2_conv *conv, int tiles);
r2_range r2_piece(const r2_conv *conv, int tiles, int number);
/// Floats of V for `tiles` tiles, scales counted; V laid out in `memory`.
size_t r2_v_floats(const r2_conv *conv, int tiles);
r2_input r2_v_in(const r2_conv *conv, float *memory, int tiles);
/// Transforms a piece and writes the outputs of all its panels.
void r2_run_piece(const r2_group *group, r2_range piece, float *scratch);
/// A thread's scratch.
float *r2_own_scratch(const r2_run *run, int thread);

// MARK: products (products.c)

/// The temporal taps of an output frame that do not meet padding.
r2_range r2_valid_taps(const r2_conv *conv, int frame);
/// Where a piece's lines go in V.
r2_transformed r2_transformed_of(const r2_conv *conv, r2_input v);
/// The products of a piece with some panels, over all segments, for position 0.
r2_product r2_product_of(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m);
/// Leaves all segments but some out.
void r2_only_segments(const r2_conv *conv, r2_product *product, r2_range segments);
/// Runs them for all positions; where they are.
r2_sums r2_multiply(const r2_group *group, const r2_product *product, r2_input v, r2_range panels);

// MARK: integers (quantized.c)

/// V of a piece, by way of float32 in `scratch`.
void r2_quantized_input(const r2_group *group, r2_range piece, r2_input v, float *scratch);
/// Tiles that go through `scratch` at a time, and the floats that they take there.
int r2_quantized_tiles(const r2_conv *conv);
size_t r2_quantized_floats(const r2_conv *conv);

// MARK: groups of one output frame each, whose tiles are pixels (direct.c)

int r2_frame_groups(const r2_conv *conv);
void r2_place_frame(r2_group *group, int number);

// MARK: tiles of the spatial algorithms (tiled.c)

/// Cuts the output into tiles whose transforms have so many taps; the whole of it is one group.
r2_status r2_tile_output(r2_conv *conv, int taps);
int r2_one_group(const r2_conv *conv);
/// All temporal taps, where padding is not left out.
double r2_all_taps(const r2_conv *conv, int number);

// MARK: the stem (stem.c)

r2_status r2_stem_prepare(r2_conv *conv);
void r2_stem_pack(const r2_packing *packing, int i);

// MARK: packing (pack.c)

/// Packing one panel.
struct r2_packing {
  const r2_conv *conv;
  const float *weight;  // [out][in][taps]
  int first, lanes;     // output channels of the panel
  int pair;             // integers: see r2_operands
  double factor[R2_BLOCK];
  float *weights;               // of this panel: [position][segment][k][16]
  ptrdiff_t position, segment;  // floats from position to position, segment to segment
  float *values;                // integers: what they will be made of, [position][segment][channel][16]
  int8_t *integers;             // integers: those of one position, [segment][channel][16]
  int segments;                 // of the filter
  double gy[R2_MAX_POINTS * R2_MAX_SIDE_TAPS], gx[R2_MAX_POINTS * R2_MAX_SIDE_TAPS];
  const r2_transform *y, *x;
  int *finite;
};

/// Taps [first, first + count) of input channel `i`, scaled: to[tap][16].
void r2_filter(const r2_packing *packing, int i, int first, int count, double *to);
/// Stores what element `i` of a segment holds of one input channel.
void r2_store(const r2_packing *packing, int position, int segment, int i, const double *value);
/// G · filter · Gᵀ of a filter of taps × taps, [tap][16]: square[position][16].
void r2_transform_square(const r2_packing *packing, const double *filter, int taps, double *square);
/// The same, stored as a segment of its positions.
void r2_pack_square(const r2_packing *packing, const double *filter, int taps, int segment, int i);
/// G · filter of three taps in time.
void r2_pack_line(const r2_packing *packing, const double *filter, int i);
/// Integers of the kept values of a panel, their scales and their sums (round.c).
void r2_round_panel(const r2_packing *packing, int panel);
/// The filter of one temporal tap, as a phase of stride 2 sees it: two[2][2][16].
void r2_phase_filter(const double *filter, int phase, double *two);

#endif
