// Weights as 8-bit integers. The scale of an output channel and position is its largest weight over 127. Each
// weight is rounded to the nearest integer, but then, of those that lay nearest to a half, as many are
// rounded the other way as makes the errors of a channel sum to zero: inputs are far from 0 on average, and a
// sum of errors would shift every output.
#include <math.h>
#include <string.h>

#include "method.h"

// The values of one lane: `count` of them lie R2_BLOCK apart.
static float largest(const float *values, int count) {
  float most = 0;
  for (int i = 0; i < count; i++) {
    float value = fabsf(values[(ptrdiff_t)i * R2_BLOCK]);
    if (value > most) most = value;
  }
  return most;
}

// The rounded value whose change by `step` does the least harm.
static int nearest_to_half(const float *values, const int8_t *integers, int count, float factor, int step) {
  int best = -1;
  float most = -1;
  for (int i = 0; i < count; i++) {
    float off = (float)step * (values[(ptrdiff_t)i * R2_BLOCK] * factor - (float)integers[i]);
    int moved = integers[i] + step;
    if (off > most && moved >= -127 && moved <= 127) best = i, most = off;
  }
  return best;
}

static void round_lane(const float *values, int count, float factor, int8_t *integers) {
  double error = 0;
  for (int i = 0; i < count; i++) {
    float exact = values[(ptrdiff_t)i * R2_BLOCK] * factor;
    integers[i] = (int8_t)lrintf(exact);
    error += (double)integers[i] - (double)exact;
  }
  int step = error > 0 ? -1 : 1;
  for (long left = lrint(fabs(error)); left > 0; left--) {
    int i = nearest_to_half(values, integers, count, factor, step);
    if (i < 0) return;
    integers[i] = (int8_t)(integers[i] + step);
  }
}

// Where channel `i` of a segment lies among its bytes: the order in which kernels quantize V.
static int byte_of(const r2_conv *conv, int i) {
  int block = i / R2_BLOCK, lane = i % R2_BLOCK, chunk = block / 4, quarter = block % 4;
  if ((chunk + 1) * 4 <= conv->blocks) return (chunk * R2_BLOCK + lane) * 4 + quarter;
  return (chunk * R2_BLOCK + quarter * 4) * 4 + lane;
}

// Puts the integers of lane `lane` where products read them, and adds up what their sums begin with.
static void place_lane(const r2_packing *p, int position, int lane, int32_t *init) {
  const r2_conv *conv = p->conv;
  int channels = conv->geometry.in_channels, folded = p->segments / conv->segments;
  int8_t *bytes = (int8_t *)(p->weights + position * p->position);
  for (int segment = 0; segment < p->segments; segment++, bytes += 4 * p->segment)
    for (int i = 0; i < channels; i++) {
      int8_t integer = p->integers[segment * channels + i];
      int at = byte_of(conv, i);
      bytes[(at / 4 * R2_BLOCK + lane) * 4 + at % 4] = integer;
      init[segment / folded * R2_BLOCK + lane] -= conv->v_offset * integer;
    }
}

void r2_round_panel(const r2_packing *p, const r2_part *part, int panel) {
  const r2_conv *conv = p->conv;
  int count = p->segments * conv->geometry.in_channels;
  for (int position = 0; position < part->positions; position++) {
    ptrdiff_t row = (ptrdiff_t)panel * part->positions + position;
    int32_t *init = (int32_t *)part->init + row * conv->segments * R2_BLOCK;
    memset(init, 0, (size_t)conv->segments * R2_BLOCK * sizeof *init);
    for (int lane = 0; lane < R2_BLOCK; lane++) {
      const float *values = p->values + (ptrdiff_t)position * count * R2_BLOCK + lane;
      float most = largest(values, count), factor = most > 0x1p-100f ? 127 / most : 0;
      part->scale[row * R2_BLOCK + lane] = most > 0x1p-100f ? most / 127 : 0;
      round_lane(values, count, factor, p->integers);
      place_lane(p, position, lane, init);
    }
  }
}
