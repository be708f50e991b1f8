#include <stdio.h>

#include "kernel_harness.h"

#define ONE {1, 1, 1}
#define HALF {1, 2, 2}
#define TIME {3, 1, 1}
#define SQUARE {1, 3, 3}
#define CUBE {3, 3, 3}
#define STEM {1, 7, 7}

// One of each kernel, with whole lines of 64 channels and the rest of one.
#define WORST(FILL)                                                        \
  {R2_SPATIAL, 144, 32, SQUARE, ONE, 2, 14, 13, 4, 0, 0, 1, FILL},         \
      {R2_SPATIAL, 230, 17, SQUARE, ONE, 1, 7, 7, 2, 0, 1, 1, FILL},       \
      {R2_SPATIAL, 70, 16, CUBE, ONE, 3, 9, 8, 4, 0, 0, 1, FILL},          \
      {R2_POLYPHASE, 64, 18, CUBE, {2, 2, 2}, 3, 9, 11, 4, 0, 0, 1, FILL}, \
      {R2_POLYPHASE, 70, 18, SQUARE, HALF, 1, 9, 11, 2, 0, 0, 1, FILL},    \
      {R2_TEMPORAL, 144, 33, TIME, ONE, 6, 5, 5, 0, 4, 0, 1, FILL},        \
      {R2_GATHER, 130, 20, SQUARE, HALF, 1, 9, 9, 0, 0, 0, 1, FILL}, {     \
    R2_GATHER, 460, 20, TIME, ONE, 2, 4, 5, 0, 0, 1, 1, FILL               \
  }

static const kernel_case cases[] = {
    // stems
    {R2_STEM, 3, 45, STEM, HALF, 2, 112, 112, 4, 0, 0, 1},
    {R2_STEM, 3, 20, STEM, HALF, 3, 21, 26, 4, 0, 0, 2},
    {R2_STEM, 3, 5, STEM, HALF, 1, 1, 2, 4, 0, 0, 1},
    {R2_STEM, 3, 64, {3, 7, 7}, HALF, 3, 56, 56, 4, 0, 0, 1},
    {R2_STEM, 3, 33, {3, 7, 7}, HALF, 4, 15, 23, 4, 0, 0, 2},
    {R2_STEM, 3, 16, {5, 7, 7}, {2, 2, 2}, 6, 12, 9, 4, 0, 0, 1},
    // layer1 to layer4 of r2plus1d_18, with fewer channels where that changes nothing but time
    {R2_SPATIAL, 64, 48, SQUARE, ONE, 2, 56, 56, 7, 0, 0, 1},
    {R2_SPATIAL, 64, 32, SQUARE, ONE, 1, 56, 56, 4, 0, 0, 1},
    {R2_SPATIAL, 32, 144, SQUARE, ONE, 2, 28, 28, 4, 0, 0, 1},
    {R2_SPATIAL, 64, 230, SQUARE, ONE, 2, 14, 14, 4, 0, 1, 1},
    {R2_SPATIAL, 128, 96, SQUARE, ONE, 1, 7, 7, 2, 0, 1, 1},
    {R2_SPATIAL, 64, 96, SQUARE, ONE, 2, 7, 7, 4, 0, 1, 3},
    // ragged
    {R2_SPATIAL, 1, 1, SQUARE, ONE, 1, 1, 1, 2, 0, 0, 1},
    {R2_SPATIAL, 5, 17, SQUARE, ONE, 3, 9, 11, 2, 0, 0, 1},
    {R2_SPATIAL, 20, 33, SQUARE, ONE, 2, 9, 11, 2, 0, 0, 1},
    {R2_SPATIAL, 19, 33, SQUARE, ONE, 2, 13, 5, 4, 0, 0, 1},
    {R2_SPATIAL, 17, 20, SQUARE, ONE, 3, 13, 14, 4, 0, 1, 1},
    {R2_SPATIAL, 84, 18, SQUARE, ONE, 1, 7, 7, 4, 0, 0, 1},
    {R2_SPATIAL, 16, 16, SQUARE, ONE, 1, 3, 50, 7, 0, 0, 1},
    {R2_SPATIAL, 16, 16, SQUARE, ONE, 1, 26, 19, 7, 0, 0, 1},
    {R2_SPATIAL, 23, 15, SQUARE, ONE, 2, 26, 19, 7, 0, 0, 2},
    {R2_SPATIAL, 3, 50, SQUARE, ONE, 1, 10, 10, 7, 0, 1, 1},
    // stride 2 in space
    {R2_POLYPHASE, 64, 48, SQUARE, HALF, 2, 56, 56, 4, 0, 0, 1},
    {R2_POLYPHASE, 40, 60, SQUARE, HALF, 1, 28, 28, 4, 0, 1, 1},
    {R2_POLYPHASE, 7, 9, SQUARE, HALF, 2, 11, 15, 4, 0, 0, 2},
    {R2_POLYPHASE, 64, 60, SQUARE, HALF, 2, 28, 28, 2, 0, 1, 1},
    {R2_POLYPHASE, 20, 33, SQUARE, HALF, 3, 11, 14, 2, 0, 0, 2},
    {R2_POLYPHASE, 3, 5, SQUARE, HALF, 1, 1, 2, 2, 0, 0, 1},
    {R2_GATHER, 33, 20, SQUARE, HALF, 2, 14, 14, 0, 0, 1, 1},
    {R2_GATHER, 5, 3, SQUARE, HALF, 1, 7, 9, 0, 0, 0, 1},
    {R2_GATHER, 70, 40, ONE, HALF, 2, 28, 28, 0, 0, 0, 1},
    {R2_GATHER, 18, 20, ONE, {2, 2, 2}, 4, 14, 14, 0, 0, 1, 2},
    // time
    {R2_TEMPORAL, 144, 64, TIME, ONE, 8, 14, 14, 0, 8, 0, 1},
    {R2_TEMPORAL, 45, 64, TIME, ONE, 16, 7, 9, 0, 8, 0, 2},
    {R2_TEMPORAL, 230, 40, TIME, ONE, 4, 14, 14, 0, 4, 0, 1},
    {R2_TEMPORAL, 33, 16, TIME, ONE, 6, 4, 4, 0, 4, 1, 1},
    {R2_TEMPORAL, 30, 21, TIME, ONE, 2, 14, 14, 0, 2, 1, 3},
    {R2_TEMPORAL, 9, 31, TIME, ONE, 11, 3, 5, 0, 8, 0, 1},
    {R2_TEMPORAL, 16, 16, TIME, ONE, 7, 4, 4, 0, 4, 0, 1},
    {R2_TEMPORAL, 20, 20, TIME, ONE, 5, 3, 3, 0, 2, 0, 1},
    {R2_TEMPORAL, 9, 8, TIME, ONE, 2, 5, 5, 0, 2, 0, 1},
    {R2_DIRECT, 60, 33, TIME, ONE, 1, 7, 7, 0, 0, 1, 1},
    {R2_DIRECT, 50, 40, TIME, {2, 1, 1}, 8, 14, 14, 0, 0, 0, 1},
    {R2_DIRECT, 12, 40, TIME, {2, 1, 1}, 5, 3, 4, 0, 0, 1, 2},
    {R2_DIRECT, 24, 8, ONE, ONE, 3, 5, 5, 0, 0, 0, 1},
    {R2_GATHER, 84, 20, TIME, {2, 1, 1}, 5, 7, 7, 0, 0, 0, 1},
    // 3×3×3, temporal taps folded into the sums
    {R2_SPATIAL, 20, 24, CUBE, ONE, 4, 9, 10, 4, 0, 0, 1},
    {R2_SPATIAL, 48, 40, CUBE, ONE, 2, 28, 28, 4, 0, 0, 2},
    {R2_SPATIAL, 64, 32, CUBE, ONE, 3, 56, 56, 7, 0, 0, 1},
    {R2_SPATIAL, 17, 33, CUBE, ONE, 3, 26, 19, 7, 0, 0, 1},
    {R2_SPATIAL, 33, 130, CUBE, ONE, 1, 7, 7, 2, 0, 1, 2},
    {R2_SPATIAL, 130, 18, CUBE, ONE, 2, 7, 7, 2, 0, 1, 1},
    {R2_POLYPHASE, 32, 24, CUBE, {2, 2, 2}, 5, 11, 15, 4, 0, 0, 1},
    {R2_POLYPHASE, 32, 18, CUBE, {2, 2, 2}, 5, 11, 15, 4, 0, 1, 1},
    {R2_POLYPHASE, 64, 48, CUBE, {2, 2, 2}, 4, 28, 28, 4, 0, 1, 2},
    {R2_POLYPHASE, 128, 18, CUBE, {2, 2, 2}, 5, 11, 15, 4, 0, 0, 1},
    {R2_POLYPHASE, 64, 18, CUBE, {2, 2, 2}, 3, 9, 12, 2, 0, 0, 1},
    // whole 3D
    {R2_GATHER, 20, 24, CUBE, ONE, 4, 9, 10, 0, 0, 0, 1},
    {R2_GATHER, 12, 20, CUBE, ONE, 3, 6, 5, 0, 0, 0, 1},
    {R2_GATHER, 20, 24, CUBE, {2, 2, 2}, 5, 9, 10, 0, 0, 0, 2},
    // operands at their worst
    WORST(FILL_LARGEST),
    WORST(FILL_SMALLEST),
    WORST(FILL_TURNS),
};

const kernel_case *kernel_case_at(size_t number) { return &cases[number]; }

size_t kernel_case_count(void) { return sizeof cases / sizeof cases[0]; }

static const char *name_of(r2_algorithm algorithm) {
  switch (algorithm) {
    case R2_SPATIAL: return "spatial";
    case R2_POLYPHASE: return "phases";
    case R2_TEMPORAL: return "temporal";
    case R2_DIRECT: return "direct";
    case R2_GATHER: return "gathered";
    case R2_STEM: return "stem";
    default: return "?";
  }
}

void kernel_case_describe(const kernel_case *c, char *text, size_t size) {
  static const char *const fill[] = {
      [FILL_RANDOM] = "",
      [FILL_LARGEST] = ", all the largest",
      [FILL_SMALLEST] = ", all weights the smallest",
      [FILL_TURNS] = ", largest and smallest in turns",
  };
  const int *k = c->kernel, *s = c->stride;
  snprintf(text, size, "%s %d→%d %d×%d×%d / %d%d%d on %d×%d×%d, tile %d, %d in time%s, windows: %d%s",
           name_of(c->algorithm), c->in, c->out, k[0], k[1], k[2], s[0], s[1], s[2], c->frames, c->height,
           c->width, c->tile, c->tile_t, c->by_channels ? ", by channels" : "", c->windows, fill[c->fill]);
}

double kernel_case_multiply_adds(const kernel_case *c) {
  double all = (double)c->windows * c->in * c->out * c->frames * c->height * c->width;
  for (int d = 0; d < 3; d++) all *= (double)c->kernel[d] / c->stride[d];
  return all;
}

int kernel_case_as(const kernel_case *c, r2_operand_type type, kernel_case *adapted) {
  static const int values[R2_OPERAND_TYPES] = {[R2_F32] = 1, [R2_BF16] = 2, [R2_INT8] = 4};
  *adapted = *c;
  if (type == R2_F32) return 1;
  if (c->algorithm == R2_DIRECT || c->algorithm == R2_STEM) return 0;
  if (c->tile > 4) adapted->tile = 4;
  if (c->tile_t > 4) adapted->tile_t = 4;
  int chunk = 16 * values[type];
  if (c->algorithm == R2_POLYPHASE && c->kernel[0] > 1) adapted->in = (c->in + chunk - 1) / chunk * chunk;
  return 1;
}
