// One convolution by one algorithm: its packed weights, its work in pieces, and its run on a team of threads.
#ifndef R2_CONV_H
#define R2_CONV_H

#include "kernels.h"
#include "reference.h"
#include "threads.h"

typedef enum {
  R2_DIRECT,     // kernel [kt, 1, 1], spatial stride 1, float32: products read the activations in place
  R2_GATHER,     // any kernel and stride: taps are copied
  R2_STEM,       // 3 input channels, kernel [kt, 7, 7], spatial stride 2: Winograd on the four phases, which
                 // its input holds as channels
  R2_SPATIAL,    // kernel [kt, 3, 3], spatial stride 1: Winograd in space, temporal taps as segments
  R2_POLYPHASE,  // kernel [kt, 3, 3], spatial stride 2: Winograd on the four phases, phases and taps as
                 // segments
  R2_TEMPORAL,   // kernel [3, 1, 1], stride 1: Winograd in time
} r2_algorithm;

/// Why a convolution cannot be done, or its weights not be packed.
typedef enum {
  R2_OK,
  R2_INPUT_TOO_SMALL,    // the padded input is smaller than the kernel
  R2_UNFIT_GEOMETRY,     // kernel, stride or padding are not the algorithm's
  R2_UNFIT_OPERANDS,     // the algorithm has no products of this type
  R2_UNFIT_CHANNELS,     // the algorithm needs input channels that fill whole chunks
  R2_NO_SUCH_TRANSFORM,  // there is no Winograd transform of so many outputs, or no kernel for it
  R2_WEIGHT_NOT_FINITE,  // a weight is NaN or infinite
  R2_NO_MEMORY,          // for packing
} r2_status;

/// What a status means, in words.
const char *r2_status_text(r2_status status);

/// Outputs of the Winograd transforms; 0 where there is none.
typedef struct {
  int rows, columns, frames;
} r2_tiling;

typedef struct {
  // the caller's
  r2_geometry geometry;
  r2_algorithm algorithm;
  r2_operand_type operands;
  r2_tiling tiling;
  int frames, height, width;  // of the input, one window
  int relu;
  int by_channels;  // threads share out output channels instead of tiles
  int tile_block;   // tiles (pixels) a piece
  // r2_conv_prepare's
  const struct r2_method *method;
  int out_frames, out_height, out_width;  // of the output, one window
  int blocks, panels;                     // of the input and the output
  int chunks;                             // of the input
  int segments, k;                        // products sum segments · k elements
  int v_segments, v_frames;               // V holds [position][v_segments][chunk][v_frames][tile] lines
  int v_signed;                           // 8-bit: whether V can be negative
  int positions;                          // of a transform, 1 where there is none
  r2_transform y, x, t;
  r2_tiles tiles;  // in space
  float *weights;  // [panel][position][segments · k][16] elements
  float *sums;     // 8-bit: [panel][position][segment][16] int32, the sums of the weights
  float *scale;    // 8-bit: [panel][position][16], what a weight of 1 stands for
  float *bias;     // [panels][16]
} r2_conv;

/// Derives everything from what the caller has set; tile_block may follow. R2_OK, or why the algorithm cannot
/// do it.
r2_status r2_conv_prepare(r2_conv *conv);

/// Floats of transformed input a tile.
size_t r2_conv_input_floats(const r2_conv *conv);
/// Floats that the packed weights take; bias counted.
size_t r2_conv_weight_floats(const r2_conv *conv);
/// Hands out `storage`, 64-byte aligned and zero, to weights and bias.
void r2_conv_place(r2_conv *conv, float *storage);
/// Packs output panel `panel` of [out][in][kt][ky][kx] weights, each output channel times scale[o]; bias[o]
/// likewise, into place, for products by these kernels. R2_OK, R2_WEIGHT_NOT_FINITE or R2_NO_MEMORY.
r2_status r2_conv_pack(r2_conv *conv, const r2_kernels *kernels, const float *weight, const double *scale,
                       const double *bias, int panel);

/// Floats of scratch a thread needs, and that the team shares, for `windows` windows.
size_t r2_conv_thread_floats(const r2_conv *conv);
size_t r2_conv_shared_floats(const r2_conv *conv, int windows);

typedef struct {
  const r2_kernels *kernels;
  r2_team *team;
  float *shared;      // shared scratch
  float *own;         // scratch of thread 0; the others' follow
  size_t own_floats;  // floats from one thread's scratch to the next
  int windows;
} r2_run;

/// out = relu(conv(in) + bias + residual) over run->windows windows; views hold windows · frames frames.
void r2_conv_run(const r2_conv *conv, const r2_run *run, const r2_view *in, const r2_view *out,
                 const r2_view *residual);

/// Whether r2_conv_run_fused can begin with `first` and end with `second`.
int r2_conv_fuses(const r2_conv *first, const r2_conv *second);
/// Convolution `first`, then `second`, strip of rows by strip: what lies between never leaves the cache.
void r2_conv_run_fused(const r2_conv *first, const r2_conv *second, const r2_run *run, const r2_view *in,
                       const r2_view *out, const r2_view *residual);
/// Floats of scratch a thread needs for the fused run.
size_t r2_conv_fused_floats(const r2_conv *first, const r2_conv *second);

/// Multiply-adds that the products of one window take, padding of panels and tiles counted.
double r2_conv_multiply_adds(const r2_conv *conv);

/// The input of a stem: activations of one block, half as high and as wide as the frame, rounded up. Lane
/// 3 · (2 · (y mod 2) + x mod 2) + colour of pixel (y / 2, x / 2) is what red, green or blue of (y, x) is for
/// the network; where there is none, and in the last four lanes, zero. `planes`: [3][height][width], 8 bits a
/// colour; `values`: [3][256], what each is for the network; `to`: a frame of the input.
void r2_stem_fill(const uint8_t *planes, int height, int width, const float *values, float *to);

#endif
