// Weights as 8-bit integers. The scale of an output channel and position is its largest weight over 127, or
// more where products by twos could not hold its largest pair. Each weight is rounded to the nearest integer,
// but then, of those that lay nearest to a half, as many are rounded the other way as makes the errors of a
// channel sum to zero: inputs are far from 0 on average, and a sum of errors would shift every output.
#include <math.h>

#include "lanes.h"
#include "method.h"

// Where channel `i` of a segment lies among its bytes: the order in which kernels quantize V.
static inline int byte_of(const r2_conv *conv, int i) {
  int block = i / R2_BLOCK, lane = i % R2_BLOCK, chunk = block / 4, quarter = block % 4;
  if ((chunk + 1) * 4 <= conv->blocks) return (chunk * R2_BLOCK + lane) * 4 + quarter;
  return (chunk * R2_BLOCK + quarter * 4) * 4 + lane;
}

// The channel whose product is added to that of channel `i` in 16 bits, in the byte beside; it may be
// padding.
static inline int neighbour_of(const r2_conv *conv, int i) {
  return (i / (4 * R2_BLOCK) + 1) * 4 <= conv->blocks ? i ^ R2_BLOCK : i ^ 1;
}

// What a lane's largest value is if 127 is to stand for the largest of all, and `pair` for the largest pair.
// Rounding moves both of a pair by less than one.
static inline void largest_pairs(const r2_packing *p, const float *values, r2_floats *most) {
  int channels = p->conv->geometry.in_channels;
  float factor = 127 / (float)(p->pair - 2);
  for (int segment = 0; segment < p->segments; segment++, values += channels * R2_BLOCK)
    for (int i = 0; i < channels; i++) {
      int other = neighbour_of(p->conv, i);
      if (other < i || other >= channels) continue;
      r2_floats a, b;
      R2_READ(a, values + i * R2_BLOCK);
      R2_READ(b, values + other * R2_BLOCK);
      a = __builtin_elementwise_abs(a + b) * factor;
      *most = a > *most ? a : *most;
    }
}

// The values of a position, [segment][channel][lane], which become multiples of their lane's scale; zero
// where a lane has none, or is not finite and will be refused.
static inline void scale_lanes(const r2_packing *p, float *values, int count, float *to_scale) {
  r2_floats most = 0, value;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    R2_READ(value, values + i);
    value = __builtin_elementwise_abs(value);
    most = value > most ? value : most;
  }
  if (p->pair) largest_pairs(p, values, &most);
  r2_ints counts = (most > 0x1p-100f) & (most < INFINITY);
  r2_floats scale = counts ? most / 127 : (r2_floats)0, factor = counts ? 127 / most : (r2_floats)0;
  R2_WRITE(to_scale, scale);
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    R2_READ(value, values + i);
    value *= factor;
    value = value == value ? value : (r2_floats)0;
    value = __builtin_elementwise_min(__builtin_elementwise_max(value, (r2_floats)-127), (r2_floats)127);
    R2_WRITE(values + i, value);
  }
}

// The nearest integers, half to even, and what each lane's are too large by, together.
static inline void round_lanes(const float *exact, int count, int8_t *integers, r2_floats *error) {
  r2_floats value;
  *error = 0;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    R2_READ(value, exact + i);
    r2_floats rounded = value + 12582912.0f - 12582912.0f;
    r2_bytes bytes = __builtin_convertvector(__builtin_convertvector(rounded, r2_ints), r2_bytes);
    R2_WRITE(integers + i, bytes);
    *error += rounded - value;
  }
}

// How many of each lane's values lie above its bound.
static inline void count_above(const float *values, int count, const r2_floats *bound, r2_ints *above) {
  *above = 0;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    r2_floats value;
    R2_READ(value, values + i);
    *above -= value > *bound;
  }
}

// Moves as many integers of a lane by one as makes its error zero, those first that lie nearest to a half.
// `exact` becomes what each would gain. Bounds halve their distance until at most `left` gain more than the
// upper one.
static inline void settle(float *exact, int8_t *integers, int count, const r2_floats *error) {
  r2_floats low = 0, high = 0.5f, value, step = *error > 0 ? (r2_floats)-1 : (r2_floats)1;
  r2_floats whole = __builtin_elementwise_abs(*error) + 12582912.0f - 12582912.0f;
  r2_ints left = __builtin_convertvector(whole, r2_ints);
  r2_ints above, by = __builtin_convertvector(step, r2_ints);
  r2_bytes bytes;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    R2_READ(value, exact + i);
    R2_READ(bytes, integers + i);
    value = (value - __builtin_convertvector(bytes, r2_floats)) * step;
    R2_WRITE(exact + i, value);
  }
  for (int halving = 0; halving < 10; halving++) {
    r2_floats middle = (low + high) / 2;
    count_above(exact, count, &middle, &above);
    r2_ints many = above > left;
    low = many ? middle : low;
    high = many ? high : middle;
  }
  count_above(exact, count, &high, &above);
  left -= above;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK) {
    R2_READ(value, exact + i);
    R2_READ(bytes, integers + i);
    r2_ints first = value > high, between = (value > low) & ~first;
    bytes += __builtin_convertvector((first | (between & (left > 0))) & by, r2_bytes);
    left += between;
    R2_WRITE(integers + i, bytes);
  }
}

// Puts the integers where products read them, and adds them up.
static inline void place_lanes(const r2_packing *p, int position, int32_t *sums) {
  const r2_conv *conv = p->conv;
  int channels = conv->geometry.in_channels, folded = p->segments / conv->segments;
  const int8_t *integers = p->integers;
  int8_t *bytes = (int8_t *)(p->weights + position * p->position);
  memset(sums, 0, (size_t)conv->segments * R2_BLOCK * sizeof *sums);
  for (int segment = 0; segment < p->segments; segment++, bytes += 4 * p->segment)
    for (int i = 0; i < channels; i++, integers += R2_BLOCK) {
      int at = byte_of(conv, i);
      for (int lane = 0; lane < R2_BLOCK; lane++) {
        bytes[(at / 4 * R2_BLOCK + lane) * 4 + at % 4] = integers[lane];
        sums[segment / folded * R2_BLOCK + lane] += integers[lane];
      }
    }
}

R2_LEVELS void r2_round_panel(const r2_packing *p, int panel) {
  const r2_conv *conv = p->conv;
  int count = p->segments * conv->geometry.in_channels;
  for (int position = 0; position < conv->positions; position++) {
    ptrdiff_t row = (ptrdiff_t)panel * conv->positions + position;
    float *values = p->values + (ptrdiff_t)position * count * R2_BLOCK;
    r2_floats error;
    scale_lanes(p, values, count, conv->scale + row * R2_BLOCK);
    round_lanes(values, count, p->integers, &error);
    settle(values, p->integers, count, &error);
    place_lanes(p, position, (int32_t *)conv->sums + row * conv->segments * R2_BLOCK);
  }
}
