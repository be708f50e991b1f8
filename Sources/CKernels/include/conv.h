// One convolution by one algorithm: its packed weights, its work in pieces, and its run on a team of threads.
#ifndef R2_CONV_H
#define R2_CONV_H

#include "kernels.h"
#include "reference.h"
#include "threads.h"

typedef enum {
  R2_DIRECT,     // kernel [kt, 1, 1], spatial stride 1, float32: products read the activations in place, a segment a tap
  R2_GATHER,     // any kernel and stride: taps are copied, a segment a tap
  R2_STEM,       // 3 input channels, kernel [kt, 7, 7], spatial stride 2, on a padded picture with interleaved channels
  R2_SPATIAL,    // kernel [kt, 3, 3], spatial stride 1: Winograd in space, temporal taps as segments
  R2_POLYPHASE,  // kernel [kt, 3, 3], spatial stride 2: Winograd on the four phases, phases and temporal taps as segments
  R2_TEMPORAL,   // kernel [3, 1, 1], stride 1: Winograd in time
} r2_algorithm;

enum { R2_MAX_PARTS = 4 };

/// A rectangle of the output with tiles of its own, and the weights transformed for them.
typedef struct {
  r2_tiles tiles;
  int positions;
  float *weights;  // [panel][position][segment·k][16] elements of four bytes
} r2_part;

typedef struct {
  r2_geometry geometry;
  r2_algorithm algorithm;
  int frames, height, width;              // of the input, one window
  int out_frames, out_height, out_width;  // of the output, one window
  int blocks, panels;                     // 16-channel blocks of the input and the output
  int bf16;                               // operands of products are bfloat16
  int segments, k;                        // products sum segments · k elements (bfloat16: pairs)
  int part_count;                         // spatial algorithms; the others use part 0 for positions and weights
  r2_part parts[R2_MAX_PARTS];
  r2_transform y[2], x[2], t;
  float *bias;                            // [panels][16]
  int relu;
  int by_channels;                        // threads share out output channels instead of tiles
  int tile_block;                         // tiles (pixels) a piece
} r2_conv;

/// Fills in everything derived from geometry, algorithm and the input's frames, height, width. `tile_y`, `tile_x`, `tile_t`: outputs of
/// the transforms (0: none); with `mixed`, rows that a last tile_y tile would overrun are cut into tiles of 4.
/// Zero, or −1 where the algorithm cannot do this convolution.
int r2_conv_prepare(r2_conv *conv, int tile_y, int tile_x, int tile_t, int mixed);

/// Positions of the (first) transform, 1 where there is none.
int r2_conv_positions(const r2_conv *conv);
/// Floats of transformed input a tile.
size_t r2_conv_input_floats(const r2_conv *conv);
/// Floats that the packed weights of all parts take; bias counted.
size_t r2_conv_weight_floats(const r2_conv *conv);
/// Hands out `storage`, 64-byte aligned, to weights and bias.
void r2_conv_place(r2_conv *conv, float *storage);
/// Packs output panel `panel` of [out][in][kt][ky][kx] weights, each output channel times scale[o]; bias[o] likewise, into place.
/// Returns 0, or −1 if a weight is not finite.
int r2_conv_pack(r2_conv *conv, const float *weight, const double *scale, const double *bias, int panel);

/// Floats of scratch a thread needs, and that the team shares, for `windows` windows.
size_t r2_conv_thread_floats(const r2_conv *conv);
size_t r2_conv_shared_floats(const r2_conv *conv, int windows);

typedef struct {
  const r2_kernels *kernels;
  r2_team *team;
  float *shared;         // shared scratch
  float *own;            // scratch of thread 0; the others' follow
  size_t own_floats;     // floats from one thread's scratch to the next
  int windows;
} r2_run;

/// out = relu(conv(in) + bias + residual) over run->windows windows; views hold windows · frames frames.
void r2_conv_run(const r2_conv *conv, const r2_run *run, const r2_view *in, const r2_view *out, const r2_view *residual);

/// Spatial (or stem) convolution `first`, then temporal `second`, strip of rows by strip: what lies between never leaves the cache.
void r2_conv_run_fused(const r2_conv *first, const r2_conv *second, const r2_run *run, const r2_view *in, const r2_view *out,
                       const r2_view *residual);
/// Floats of scratch a thread needs for the fused run.
size_t r2_conv_fused_floats(const r2_conv *first, const r2_conv *second);

/// Multiply-adds that the products of one window take, padding of panels and tiles counted.
double r2_conv_multiply_adds(const r2_conv *conv);

/// [3][112][112]-like planes, one pointer a frame → [frame + pad_t][height + 6 (+1)][pitch], channels interleaved, zero borders: a stem's input.
typedef struct {
  int frames, height, width, pad_t;
  ptrdiff_t pitch, frame;  // floats from row to row, frame to frame
} r2_stem_input;
r2_stem_input r2_stem_layout(const r2_conv *stem);
/// `planes`: [3][height][width] of frame `frame`; `to`: the window.
void r2_stem_fill(const r2_stem_input *layout, const float *planes, int frame, float *to);

#endif
