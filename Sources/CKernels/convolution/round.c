// Weights as 8-bit integers. The scale of an output channel and position is its largest weight over 127, or
// more where products by twos could not hold its largest pair. Each weight is rounded to the nearest integer,
// but then, of those that lay nearest to a half, as many are rounded the other way as makes the errors of a
// channel sum to zero: inputs are far from 0 on average, and a sum of errors would shift every output.
#include <math.h>
#include <string.h>

#include "method.h"

// Where channel `i` of a segment lies among its bytes: the order in which kernels quantize V.
static int byte_of(const r2_conv *conv, int i) {
  int block = i / R2_BLOCK, lane = i % R2_BLOCK, chunk = block / 4, quarter = block % 4;
  if ((chunk + 1) * 4 <= conv->blocks) return (chunk * R2_BLOCK + lane) * 4 + quarter;
  return (chunk * R2_BLOCK + quarter * 4) * 4 + lane;
}

// The channel whose product is added to that of channel `i` in 16 bits, in the byte beside; it may be
// padding.
static int neighbour_of(const r2_conv *conv, int i) {
  return (i / (4 * R2_BLOCK) + 1) * 4 <= conv->blocks ? i ^ R2_BLOCK : i ^ 1;
}

// What a lane's largest value is if 127 is to stand for the largest of all, and `pair` for the largest pair.
// Rounding moves both of a pair by less than one.
static void largest_pairs(const r2_packing *p, const float *values, float *most) {
  int channels = p->conv->geometry.in_channels;
  float factor = 127 / (float)(p->pair - 2);
  for (int segment = 0; segment < p->segments; segment++, values += channels * R2_BLOCK)
    for (int i = 0; i < channels; i++) {
      int other = neighbour_of(p->conv, i);
      if (other < i || other >= channels) continue;
      for (int lane = 0; lane < R2_BLOCK; lane++) {
        float sum = fabsf(values[i * R2_BLOCK + lane] + values[other * R2_BLOCK + lane]) * factor;
        most[lane] = sum > most[lane] ? sum : most[lane];
      }
    }
}

// The values of a position, [segment][channel][lane], which become multiples of their lane's scale; zero
// where a lane has none, or is not finite and will be refused.
static void scale_lanes(const r2_packing *p, float *values, int count, float *scale) {
  float most[R2_BLOCK] = {0}, factor[R2_BLOCK];
  for (int i = 0; i < count; i++)
    for (int lane = 0; lane < R2_BLOCK; lane++) {
      float value = fabsf(values[i * R2_BLOCK + lane]);
      most[lane] = value > most[lane] ? value : most[lane];
    }
  if (p->pair) largest_pairs(p, values, most);
  for (int lane = 0; lane < R2_BLOCK; lane++) {
    int counts = most[lane] > 0x1p-100f && most[lane] < INFINITY;
    scale[lane] = counts ? most[lane] / 127 : 0;
    factor[lane] = counts ? 127 / most[lane] : 0;
  }
  for (int i = 0; i < count; i++)
    for (int lane = 0; lane < R2_BLOCK; lane++) {
      float value = values[i * R2_BLOCK + lane] * factor[lane];
      values[i * R2_BLOCK + lane] = value > 127 ? 127 : value < -127 ? -127 : value == value ? value : 0;
    }
}

// The nearest integers, half to even, and what each lane's are too large by, together.
static void round_lanes(const float *exact, int count, int8_t *integers, float *error) {
  for (int lane = 0; lane < R2_BLOCK; lane++) error[lane] = 0;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK)
    for (int lane = 0; lane < R2_BLOCK; lane++) {
      float rounded = exact[i + lane] + 12582912.0f - 12582912.0f;
      integers[i + lane] = (int8_t)(int)rounded;
      error[lane] += rounded - exact[i + lane];
    }
}

// How many of each lane's values lie above its bound.
static void count_above(const float *values, int count, const float *bound, int32_t *above) {
  for (int lane = 0; lane < R2_BLOCK; lane++) above[lane] = 0;
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK)
    for (int lane = 0; lane < R2_BLOCK; lane++) above[lane] += values[i + lane] > bound[lane];
}

// Moves as many integers of a lane by one as makes its error zero, those first that lie nearest to a half.
// `exact` becomes what each would gain. Bounds halve their distance until at most `left` gain more than the
// upper one.
static void settle(float *exact, int8_t *integers, int count, const float *error) {
  float low[R2_BLOCK], high[R2_BLOCK], middle[R2_BLOCK], step[R2_BLOCK];
  int32_t left[R2_BLOCK], above[R2_BLOCK];
  for (int lane = 0; lane < R2_BLOCK; lane++) {
    step[lane] = error[lane] > 0 ? -1 : 1;
    left[lane] = (int32_t)lrintf(fabsf(error[lane]));
    low[lane] = 0, high[lane] = 0.5f;
  }
  for (int i = 0; i < count * R2_BLOCK; i += R2_BLOCK)
    for (int lane = 0; lane < R2_BLOCK; lane++)
      exact[i + lane] = (exact[i + lane] - (float)integers[i + lane]) * step[lane];
  for (int halving = 0; halving < 10; halving++) {
    for (int lane = 0; lane < R2_BLOCK; lane++) middle[lane] = (low[lane] + high[lane]) / 2;
    count_above(exact, count, middle, above);
    for (int lane = 0; lane < R2_BLOCK; lane++)
      if (above[lane] > left[lane])
        low[lane] = middle[lane];
      else
        high[lane] = middle[lane];
  }
  count_above(exact, count, high, above);
  for (int lane = 0; lane < R2_BLOCK; lane++) left[lane] -= above[lane];
  for (int i = 0; i < count * R2_BLOCK; i++) {
    int lane = i % R2_BLOCK;
    if (exact[i] > low[lane] && (exact[i] > high[lane] || left[lane]-- > 0))
      integers[i] = (int8_t)(integers[i] + (int)step[lane]);
  }
}

// Puts the integers where products read them, and adds them up.
static void place_lanes(const r2_packing *p, int position, int32_t *sums) {
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

void r2_round_panel(const r2_packing *p, int panel) {
  const r2_conv *conv = p->conv;
  int count = p->segments * conv->geometry.in_channels;
  for (int position = 0; position < conv->positions; position++) {
    ptrdiff_t row = (ptrdiff_t)panel * conv->positions + position;
    float *values = p->values + (ptrdiff_t)position * count * R2_BLOCK, error[R2_BLOCK];
    scale_lanes(p, values, count, conv->scale + row * R2_BLOCK);
    round_lanes(values, count, p->integers, error);
    settle(values, p->integers, count, error);
    place_lanes(p, position, (int32_t *)conv->sums + row * conv->segments * R2_BLOCK);
  }
}
