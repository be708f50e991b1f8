// Weights, once, at start-up: BatchNorm's scale folded in, filters transformed in double, panels of 16 output channels laid out as products read them.
#include <float.h>
#include <string.h>

#include "include/conv.h"
#include "include/winograd.h"

enum { MAX_TAPS = 9 };

// to[point][..16] = Σ_k G[point][k] · from[k][..16], for `count` vectors of 16 that lie 16 doubles apart within a row of `count`.
static inline void transform_axis(const double *g, int points, int taps, const double *from, ptrdiff_t from_tap, double *to,
                                  ptrdiff_t to_point, int count) {
  for (int p = 0; p < points; p++)
    for (int n = 0; n < count * R2_BLOCK; n++) {
      double sum = 0;
      for (int k = 0; k < taps; k++) sum += g[p * taps + k] * from[k * from_tap + n];
      to[p * to_point + n] = sum;
    }
}

// The filter of one input channel and one temporal tap, as the phases of stride 2 see it: odd rows meet taps 0 and 2, even rows tap 1.
static void phase_filter(const double *filter, int phase, double *two) {
  static const int tap[2][2] = {{0, 2}, {1, -1}};
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      int y = tap[phase >> 1][i], x = tap[phase & 1][j];
      double *to = two + (i * 2 + j) * R2_BLOCK;
      if (y < 0 || x < 0)
        memset(to, 0, R2_BLOCK * sizeof(double));
      else
        memcpy(to, filter + (y * 3 + x) * R2_BLOCK, R2_BLOCK * sizeof(double));
    }
}

typedef struct {
  const r2_conv *conv;
  float *weights;  // of this panel: [position][segments · k][16]
  ptrdiff_t position, segment;  // floats from position to position, segment to segment
  double gy[R2_MAX_POINTS * 3], gx[R2_MAX_POINTS * 3];
  const r2_transform *y, *x;
} packing;

// Values of input channel `i` of a segment; in bfloat16, rounded to nearest even, two channels share an element.
static void store(const packing *p, int position, int segment, int i, const double *value) {
  float *element = p->weights + position * p->position + (ptrdiff_t)segment * p->segment;
  if (!p->conv->bf16) {
    element += (ptrdiff_t)i * R2_BLOCK;
    for (int lane = 0; lane < R2_BLOCK; lane++) element[lane] = (float)value[lane];
    return;
  }
  uint16_t *half = (uint16_t *)(element + (ptrdiff_t)(i / 2) * R2_BLOCK) + i % 2;
  for (int lane = 0; lane < R2_BLOCK; lane++) {
    float rounded = (float)value[lane];
    uint32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    half[2 * lane] = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
  }
}

static void pack_square(const packing *p, const double *filter, int taps, int segment, int i) {
  double half[8 * 3 * R2_BLOCK], line[8 * R2_BLOCK];
  int py = p->y->points, px = p->x->points;
  transform_axis(p->gy, py, taps, filter, taps * R2_BLOCK, half, taps * R2_BLOCK, taps);
  for (int y = 0; y < py; y++) {
    transform_axis(p->gx, px, taps, half + y * taps * R2_BLOCK, R2_BLOCK, line, R2_BLOCK, 1);
    for (int x = 0; x < px; x++) store(p, y * px + x, segment, i, line + x * R2_BLOCK);
  }
}

// All that input channel `i` gives to this panel. filter: [kt][ky][kx][16].
static void pack_channel(const packing *p, const double *filter, int i) {
  const r2_conv *conv = p->conv;
  const r2_geometry *g = &conv->geometry;
  int square = g->kernel_y * g->kernel_x;
  switch (conv->algorithm) {
    case R2_DIRECT:
    case R2_GATHER:
      for (int tap = 0; tap < g->kernel_t * square; tap++) store(p, 0, tap, i, filter + tap * R2_BLOCK);
      break;
    case R2_STEM:  // a padded row holds pixels of three channels: k = (kt, ky, kx, channel)
      for (int tap = 0; tap < g->kernel_t * square; tap++) store(p, 0, 0, tap * 3 + i, filter + tap * R2_BLOCK);
      break;
    case R2_TEMPORAL: {
      double line[R2_MAX_POINTS * R2_BLOCK];
      transform_axis(p->gy, conv->t.points, 3, filter, R2_BLOCK, line, R2_BLOCK, 1);
      for (int j = 0; j < conv->t.points; j++) store(p, j, 0, i, line + j * R2_BLOCK);
      break;
    }
    case R2_SPATIAL:
      for (int t = 0; t < g->kernel_t; t++) pack_square(p, filter + t * 9 * R2_BLOCK, 3, t, i);
      break;
    case R2_POLYPHASE:
      for (int t = 0; t < g->kernel_t; t++)
        for (int phase = 0; phase < 4; phase++) {
          double two[4 * R2_BLOCK];
          phase_filter(filter + t * 9 * R2_BLOCK, phase, two);
          pack_square(p, two, 2, t * 4 + phase, i);
        }
      break;
  }
}

int r2_conv_pack(r2_conv *conv, const float *weight, const double *scale, const double *bias, int panel) {
  const r2_geometry *g = &conv->geometry;
  int taps = g->kernel_t * g->kernel_y * g->kernel_x, finite = 1;
  int first = panel * R2_BLOCK, lanes = g->out_channels - first < R2_BLOCK ? g->out_channels - first : R2_BLOCK;
  double factor[R2_BLOCK] = {0};
  for (int lane = 0; lane < lanes; lane++) factor[lane] = scale ? scale[first + lane] : 1;
  for (int lane = 0; lane < R2_BLOCK; lane++)
    conv->bias[first + lane] = bias && lane < lanes ? (float)bias[first + lane] : 0;
  for (int n = 0; n < conv->part_count; n++) {
    r2_part *part = &conv->parts[n];
    packing p = {.conv = conv, .position = (ptrdiff_t)conv->segments * conv->k * R2_BLOCK, .y = part->tiles.y, .x = part->tiles.x};
    p.segment = (ptrdiff_t)(conv->bf16 ? (g->in_channels + 1) / 2 : g->in_channels) * R2_BLOCK;
    p.weights = part->weights + panel * part->positions * p.position;
    if (conv->algorithm == R2_TEMPORAL) r2_transform_filter(&conv->t, p.gy);
    if (p.y) r2_transform_filter(p.y, p.gy);
    if (p.x) r2_transform_filter(p.x, p.gx);
    double filter[7 * 7 * 64 * R2_BLOCK];
    if (taps > 7 * 7 * 64) return -1;
    for (int i = 0; i < g->in_channels; i++) {
      for (int tap = 0; tap < taps; tap++) {
        double *to = filter + tap * R2_BLOCK;
        for (int lane = 0; lane < R2_BLOCK; lane++) {
          int row = first + (lane < lanes ? lane : 0);
          float w = weight[((ptrdiff_t)row * g->in_channels + i) * taps + tap];
          finite &= w >= -FLT_MAX && w <= FLT_MAX;
          to[lane] = w * factor[lane];
        }
      }
      pack_channel(&p, filter, i);
    }
  }
  return finite ? 0 : -1;
}
