// Weights, once, at start-up: BatchNorm's scale folded in, filters transformed in double, panels of 16 output
// channels laid out as products read them.
#include <stdlib.h>

#include "../assertions.h"
#include "lanes.h"
#include "method.h"

static size_t weight_floats(const r2_conv *conv) {
  return (size_t)conv->panels * (size_t)conv->positions * (size_t)conv->segments * (size_t)conv->k * R2_BLOCK;
}

static size_t sum_floats(const r2_conv *conv) {
  if (!r2_scaled(conv->operands)) return 0;
  return (size_t)conv->panels * (size_t)conv->positions * (size_t)conv->segments * R2_BLOCK;
}

static size_t scale_floats(const r2_conv *conv) {
  if (!r2_scaled(conv->operands)) return 0;
  return (size_t)conv->panels * (size_t)conv->positions * R2_BLOCK;
}

size_t r2_conv_weight_floats(const r2_conv *conv) {
  return (size_t)conv->panels * R2_BLOCK + weight_floats(conv) + sum_floats(conv) + scale_floats(conv);
}

void r2_conv_place(r2_conv *conv, float *storage) {
  conv->weights = storage;
  conv->sums = conv->weights + weight_floats(conv);
  conv->scale = conv->sums + sum_floats(conv);
  conv->bias = conv->scale + scale_floats(conv);
}

// MARK: filters

// Taps by output channels become output channels by taps.
static inline void gather_taps(const r2_packing *p, const float *from, ptrdiff_t row, const int count,
                               float *to) {
  for (int lane = 0; lane < R2_BLOCK; lane++) {
    const float *w = from + (lane < p->lanes ? lane : 0) * row;
    __builtin_prefetch(w + 8 * R2_BLOCK, 0, 0);  // 16 rows at a time are more than the CPU follows by itself
    for (int tap = 0; tap < count; tap++) to[tap * R2_BLOCK + lane] = w[tap];
  }
}

R2_LEVELS void r2_filter(const r2_packing *p, int i, int first, int count, double *to) {
  const r2_geometry *g = &p->conv->geometry;
  ptrdiff_t taps = g->kernel_t * g->kernel_y * g->kernel_x;
  float filter[9 * R2_BLOCK];
  R2_ASSERT(count <= 9);
  const float *from = p->weight + ((ptrdiff_t)p->first * g->in_channels + i) * taps + first;
  switch (count) {  // constants, for the compiler
    case 9: gather_taps(p, from, g->in_channels * taps, 9, filter); break;
    case 3: gather_taps(p, from, g->in_channels * taps, 3, filter); break;
    default: gather_taps(p, from, g->in_channels * taps, count, filter);
  }
  r2_doubles factor;
  r2_ints finite = -1;
  R2_READ(factor, p->factor);
  for (int tap = 0; tap < count; tap++) {
    r2_floats w;
    R2_READ(w, filter + tap * R2_BLOCK);
    finite &= w - w == 0;
    r2_doubles scaled = __builtin_convertvector(w, r2_doubles) * factor;
    R2_WRITE(to + tap * R2_BLOCK, scaled);
  }
  *p->finite &= -__builtin_reduce_and(finite);
}

// to[point][..16] = Σ_k G[point][k] · from[k][..16]
static inline void transform_axis(const double *g, int points, int taps, const double *from,
                                  ptrdiff_t from_tap, double *to, ptrdiff_t to_point) {
  for (int p = 0; p < points; p++) {
    r2_doubles sum = 0, value;
    for (int k = 0; k < taps; k++) {
      R2_READ(value, from + k * from_tap);
      sum += g[p * taps + k] * value;
    }
    R2_WRITE(to + p * to_point, sum);
  }
}

// Odd rows meet taps 0 and 2, even rows tap 1.
void r2_phase_filter(const double *filter, int phase, double *two) {
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

static inline void transform_square(const r2_packing *p, const double *filter, int taps, double *square) {
  double half[R2_MAX_SIDE * R2_MAX_SIDE_TAPS * R2_BLOCK];
  int py = p->y->points, px = p->x->points;
  for (int x = 0; x < taps; x++)
    transform_axis(p->gy, py, taps, filter + x * R2_BLOCK, taps * R2_BLOCK, half + x * R2_BLOCK,
                   taps * R2_BLOCK);
  for (int y = 0; y < py; y++)
    transform_axis(p->gx, px, taps, half + y * taps * R2_BLOCK, R2_BLOCK, square + y * px * R2_BLOCK,
                   R2_BLOCK);
}

R2_LEVELS void r2_transform_square(const r2_packing *p, const double *filter, int taps, double *square) {
  transform_square(p, filter, taps, square);
}

// MARK: storing

static inline void store_f32(float *to, int i, const double *value) {
  r2_doubles exact;
  R2_READ(exact, value);
  r2_floats rounded = __builtin_convertvector(exact, r2_floats);
  R2_WRITE(to + (ptrdiff_t)i * R2_BLOCK, rounded);
}

// Rounded to nearest even; two channels share an element.
static inline void store_bf16(float *to, int i, const double *value) {
  uint16_t *half = (uint16_t *)(to + (ptrdiff_t)(i / 2) * R2_BLOCK) + i % 2;
  for (int lane = 0; lane < R2_BLOCK; lane++) {
    float rounded = (float)value[lane];
    uint32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    half[2 * lane] = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
  }
}

static inline void store(const r2_packing *p, int position, int segment, int i, const double *value) {
  float *to = p->weights + position * p->position + segment * p->segment;
  switch (p->conv->operands) {
    case R2_F32: return store_f32(to, i, value);
    case R2_BF16: return store_bf16(to, i, value);
    case R2_INT8: {  // what an integer is depends on the largest value, so all are kept until that is known
      int channels = p->conv->geometry.in_channels;
      return store_f32(p->values + ((ptrdiff_t)position * p->segments + segment) * channels * R2_BLOCK, i,
                       value);
    }
  }
}

R2_LEVELS void r2_store(const r2_packing *p, int position, int segment, int i, const double *value) {
  store(p, position, segment, i, value);
}

R2_LEVELS void r2_pack_square(const r2_packing *p, const double *filter, int taps, int segment, int i) {
  double square[R2_MAX_SIDE * R2_MAX_SIDE * R2_BLOCK];
  transform_square(p, filter, taps, square);
  for (int position = 0; position < p->y->points * p->x->points; position++)
    store(p, position, segment, i, square + position * R2_BLOCK);
}

R2_LEVELS void r2_pack_line(const r2_packing *p, const double *filter, int i) {
  double line[R2_MAX_POINTS * R2_BLOCK];
  transform_axis(p->gy, p->y->points, 3, filter, R2_BLOCK, line, R2_BLOCK);
  for (int j = 0; j < p->y->points; j++) store(p, j, 0, i, line + j * R2_BLOCK);
}

// MARK: a panel

static r2_status pack_panel(r2_conv *conv, r2_packing p, int panel) {
  int elements = r2_elements(conv->operands, conv->geometry.in_channels);
  p.position = (ptrdiff_t)conv->segments * conv->k * R2_BLOCK;
  p.segment = (ptrdiff_t)elements * R2_BLOCK;
  p.segments = conv->segments * conv->k / elements;
  p.weights = conv->weights + panel * conv->positions * p.position;
  p.y = conv->tiles.y ? conv->tiles.y : conv->t.points ? &conv->t : NULL;
  p.x = conv->tiles.x;
  if (p.y) r2_transform_filter(p.y, p.gy);
  if (p.x) r2_transform_filter(p.x, p.gx);
  if (r2_scaled(conv->operands)) {
    size_t count = (size_t)p.segments * (size_t)conv->geometry.in_channels;
    size_t bytes = (size_t)conv->positions * count * R2_BLOCK * sizeof(float);
    p.values = malloc(bytes + count * R2_BLOCK);
    if (!p.values) return R2_NO_MEMORY;
    p.integers = (int8_t *)p.values + bytes;
  }
  for (int i = 0; i < conv->geometry.in_channels; i++) conv->method->pack(&p, i);
  if (p.values) r2_round_panel(&p, panel);
  free(p.values);
  return R2_OK;
}

r2_status r2_conv_pack(r2_conv *conv, const r2_kernels *kernels, const float *weight, const double *scale,
                       const double *bias, int panel) {
  int first = panel * R2_BLOCK, lanes = r2_smaller(R2_BLOCK, conv->geometry.out_channels - first), finite = 1;
  r2_packing packing = {.conv = conv,
                        .weight = weight,
                        .first = first,
                        .lanes = lanes,
                        .pair = kernels->operands[conv->operands].pair,
                        .finite = &finite};
  for (int lane = 0; lane < lanes; lane++) packing.factor[lane] = scale ? scale[first + lane] : 1;
  for (int lane = 0; lane < R2_BLOCK; lane++)
    conv->bias[first + lane] = bias && lane < lanes ? (float)bias[first + lane] : 0;
  r2_status status = pack_panel(conv, packing, panel);
  if (status != R2_OK) return status;
  return finite ? R2_OK : R2_WEIGHT_NOT_FINITE;
}
