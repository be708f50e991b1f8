#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guarded.h"
#include "kernel_harness.h"

static float noise(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / 8388608.0f - 1;
}

static size_t round_up(size_t a, size_t b) { return (a + b - 1) / b * b; }

// Floats of one window in blocks of 16 channels.
static size_t blocked_count(int channels, int frames, int plane) {
  return (size_t)frames * (size_t)((channels + 15) / 16) * (size_t)plane * 16;
}

// [windows][C][T][H][W] → [windows][T][C/16][H][W][16]; NULL: zeros.
static float *blocked(const float *values, int windows, int channels, int frames, int plane) {
  size_t one = blocked_count(channels, frames, plane), blocks = (size_t)(channels + 15) / 16;
  float *all = guarded(one * (size_t)windows);
  for (int w = 0; values && w < windows; w++)
    for (int c = 0; c < channels; c++)
      for (int t = 0; t < frames; t++)
        for (int p = 0; p < plane; p++)
          all[(size_t)w * one + (((size_t)t * blocks + (size_t)(c / 16)) * (size_t)plane + (size_t)p) * 16 +
              (size_t)(c % 16)] =
              values[(((size_t)w * (size_t)channels + (size_t)c) * (size_t)frames + (size_t)t) *
                         (size_t)plane +
                     (size_t)p];
  return all;
}

// [windows][3][T][H][W] → [windows][T][H/2][W/2][16], as r2_stem_fill has it.
static float *phases(const float *values, int windows, int frames, int height, int width) {
  int across = (width + 1) / 2, half = (height + 1) / 2 * across, plane = height * width;
  float *all = guarded((size_t)(windows * frames * half) * 16);
  for (int i = 0; i < windows * 3 * frames * plane; i++) {
    int x = i % width, y = i / width % height, t = i / plane % frames, channel = i / plane / frames;
    int lane = 3 * (y % 2 * 2 + x % 2) + channel % 3, frame = channel / 3 * frames + t;
    all[(frame * half + y / 2 * across + x / 2) * 16 + lane] = values[i];
  }
  return all;
}

static float *random_floats(size_t count, unsigned *state) {
  float *values = malloc(count * sizeof(float));
  if (!values) exit(2);
  for (size_t i = 0; i < count; i++) values[i] = noise(state);
  return values;
}

// One convolution with random weights, input, scale, bias and residual.
typedef struct {
  r2_conv conv;
  float *x, *weight, *residual, *scale, *bias;
  int windows, in_plane, out_plane;
  size_t in_values, out_values;
} trial;

// Inputs in turns are alike in all channels, so that whole sums are at their ends together.
static void fill_worst(kernel_fill fill, trial *t, size_t weights) {
  const r2_conv *conv = &t->conv;
  size_t window = (size_t)(conv->frames * t->in_plane);
  for (size_t i = 0; i < t->in_values * (size_t)t->windows; i++) {
    size_t at = i % window, row = at / (size_t)conv->width, column = at % (size_t)conv->width;
    t->x[i] = fill == FILL_TURNS && (row + column) % 2 ? 0 : 1;
  }
  for (size_t i = 0; i < weights; i++) t->weight[i] = fill == FILL_SMALLEST ? -1 : 1;
}

static r2_status make_trial(const kernel_case *test, r2_operand_type type, trial *t) {
  const int *kernel = test->kernel, *stride = test->stride;
  t->conv = (r2_conv){
      .geometry = {test->in, test->out, kernel[0], kernel[1], kernel[2], stride[0], stride[1], stride[2],
                   kernel[0] / 2, kernel[1] / 2, kernel[2] / 2},
      .algorithm = test->algorithm,
      .operands = type,
      .tiling = {test->tile, test->tile, test->tile_t},
      .frames = test->frames,
      .height = test->height,
      .width = test->width,
      .relu = test->fill == FILL_RANDOM,
      .by_channels = test->by_channels,
  };
  r2_status status = r2_conv_prepare(&t->conv);
  if (status != R2_OK) return status;
  t->conv.tile_block = test->by_channels ? 112 : 14;
  t->windows = test->windows;
  t->in_plane = test->height * test->width;
  t->out_plane = t->conv.out_height * t->conv.out_width;
  t->in_values = (size_t)test->in * (size_t)test->frames * (size_t)t->in_plane;
  t->out_values = (size_t)test->out * (size_t)t->conv.out_frames * (size_t)t->out_plane;
  unsigned state = 1;
  size_t taps = (size_t)(kernel[0] * kernel[1] * kernel[2]), windows = (size_t)test->windows;
  t->x = random_floats(t->in_values * windows, &state);
  // what 8-bit products multiply has gone through a ReLU
  for (size_t i = 0; type == R2_INT8 && i < t->in_values * windows; i++) t->x[i] = t->x[i] > 0 ? t->x[i] : 0;
  t->weight = random_floats((size_t)test->in * (size_t)test->out * taps, &state);
  if (test->fill != FILL_RANDOM) fill_worst(test->fill, t, (size_t)test->in * (size_t)test->out * taps);
  t->residual = random_floats(t->out_values * windows, &state);
  t->scale = random_floats((size_t)test->out, &state);
  for (int o = 0; o < test->out; o++) t->scale[o] = 1 + 0.5f * t->scale[o];
  t->bias = random_floats((size_t)test->out, &state);
  return R2_OK;
}

static void free_trial(trial *t) {
  free(t->x), free(t->weight), free(t->residual), free(t->scale), free(t->bias);
}

static void pack(const trial *t, const r2_kernels *kernels, r2_conv *conv, float *packed) {
  int channels = conv->geometry.out_channels;
  double *factors = malloc((size_t)channels * 2 * sizeof(double));
  if (!factors) exit(2);
  for (int o = 0; o < channels; o++) factors[o] = t->scale[o], factors[channels + o] = t->bias[o];
  r2_conv_place(conv, packed);
  for (int panel = 0; panel < conv->panels; panel++)
    if (r2_conv_pack(conv, kernels, t->weight, factors, factors + channels, panel) != R2_OK) exit(2);
  free(factors);
}

static r2_view view(float *base, int blocks, int frames, int height, int width) {
  ptrdiff_t plane = (ptrdiff_t)height * width * 16;
  return (r2_view){.base = base,
                   .frame = blocks * plane,
                   .plane = plane,
                   .frames = frames,
                   .height = height,
                   .width = width};
}

// A stem's input is half as high and as wide.
static r2_view input_view(const r2_conv *conv, float *base) {
  int step = conv->algorithm == R2_STEM ? 2 : 1;
  int height = (conv->height + step - 1) / step, width = (conv->width + step - 1) / step;
  return view(base, conv->blocks, conv->frames, height, width);
}

// Its buffers, all of them between guards.
typedef struct {
  float *in, *out, *added, *packed, *own, *shared;
  size_t in_count, out_count, packed_count, own_count, shared_count;
  r2_team *team;
  r2_run run;
} buffers;

static void make_buffers(trial *t, const r2_kernels *kernels, int threads, buffers *b) {
  r2_conv *conv = &t->conv;
  const r2_geometry *g = &conv->geometry;
  size_t windows = (size_t)t->windows, own_floats = round_up(r2_conv_thread_floats(conv), 16);
  r2_view in = input_view(conv, NULL);
  b->in_count = (size_t)(in.frame * conv->frames) * windows;
  b->out_count = blocked_count(g->out_channels, conv->out_frames, t->out_plane) * windows;
  b->packed_count = r2_conv_weight_floats(conv);
  b->own_count = own_floats * (size_t)threads;
  b->shared_count = r2_conv_shared_floats(conv, t->windows);
  b->in = conv->algorithm == R2_STEM ? phases(t->x, t->windows, conv->frames, conv->height, conv->width)
                                     : blocked(t->x, t->windows, g->in_channels, conv->frames, t->in_plane);
  b->out = blocked(NULL, t->windows, g->out_channels, conv->out_frames, t->out_plane);
  for (size_t i = 0; i < b->out_count; i++) b->out[i] = NAN;
  b->added = blocked(t->residual, t->windows, g->out_channels, conv->out_frames, t->out_plane);
  b->packed = guarded(b->packed_count);
  b->own = guarded(b->own_count), b->shared = guarded(b->shared_count);
  for (size_t i = 0; i < b->own_count; i++) b->own[i] = NAN;
  for (size_t i = 0; i < b->shared_count; i++) b->shared[i] = NAN;
  pack(t, kernels, conv, b->packed);
  b->team = r2_team_create(threads);
  if (!b->team) exit(2);
  b->run = (r2_run){.kernels = kernels,
                    .team = b->team,
                    .shared = b->shared,
                    .own = b->own,
                    .own_floats = own_floats,
                    .windows = t->windows};
}

static int are_intact(const buffers *b) {
  return intact(b->in, b->in_count) && intact(b->out, b->out_count) && intact(b->added, b->out_count) &&
         intact(b->packed, b->packed_count) && intact(b->own, b->own_count) &&
         intact(b->shared, b->shared_count);
}

static void free_buffers(buffers *b) {
  r2_team_destroy(b->team);
  release(b->in, b->in_count), release(b->out, b->out_count), release(b->added, b->out_count);
  release(b->packed, b->packed_count), release(b->own, b->own_count), release(b->shared, b->shared_count);
}

static void run(const trial *t, buffers *b) {
  const r2_conv *conv = &t->conv;
  r2_view from = input_view(conv, b->in);
  r2_view to = view(b->out, conv->panels, conv->out_frames, conv->out_height, conv->out_width);
  r2_view plus = to;
  plus.base = b->added;
  r2_conv_run(conv, &b->run, &from, &to, &plus);
}

static float *reference(const trial *t) {
  const r2_conv *conv = &t->conv;
  float *expected = malloc(t->out_values * (size_t)t->windows * sizeof(float));
  if (!expected) exit(2);
  for (size_t w = 0; w < (size_t)t->windows; w++)
    r2_reference_conv(&conv->geometry, t->x + w * t->in_values, conv->frames, conv->height, conv->width,
                      t->weight, t->scale, t->bias, t->residual + w * t->out_values, conv->relu,
                      expected + w * t->out_values);
  float *golden = blocked(expected, t->windows, conv->geometry.out_channels, conv->out_frames, t->out_plane);
  free(expected);
  return golden;
}

static void compare(const float *out, const float *golden, size_t count, kernel_outcome *outcome) {
  float worst = 0, largest = 1;
  double squares = 0, all = 0;
  for (size_t i = 0; i < count; i++) {
    float off = fabsf(out[i] - golden[i]);
    // a comparison with NaN is false
    worst = off <= worst ? worst : off;
    squares += (double)off * (double)off;
    all += (double)golden[i] * (double)golden[i];
    largest = fabsf(golden[i]) > largest ? fabsf(golden[i]) : largest;
  }
  outcome->error = worst / largest;
  outcome->rms = sqrt(squares / all);
}

float kernel_allowed_error(const kernel_case *test, r2_operand_type type, const r2_kernels *kernels) {
  switch (type) {
    // a thousand equal terms lose up to 3e-5; F7 × F7 makes ten thousand times of what the corners of a tile
    // are off by: 4e-5 of the largest in layer1 of r3d_18, whose sums are the longest
    case R2_F32: return test->tile == 7 ? 5e-5f : 3e-5f;
    // an operand is off by 2⁻⁹ at most; F4 in both directions makes up to ten times that of it
    case R2_BF16: return 4e-2f;
    // an operand is off by 1/254 of a tile's largest value, or by a third more; F4 in both directions makes
    // ten times that of it
    case R2_INT8: return kernels->operands[type].largest == 255 ? 8e-2f : 11e-2f;
  }
  return 0;
}

kernel_outcome kernel_case_check(const kernel_case *test, r2_operand_type type, const r2_kernels *kernels,
                                 int end) {
  kernel_outcome outcome = {.intact = 1, .same_with_threads = 1};
  trial t;
  guard_at_end(end);
  outcome.status = make_trial(test, type, &t);
  if (outcome.status != R2_OK) return outcome;
  float *golden = reference(&t), *first = NULL;
  size_t count = 0;
  for (int threads = 2; threads <= 3; threads++) {
    buffers b;
    make_buffers(&t, kernels, threads, &b);
    run(&t, &b);
    outcome.intact = outcome.intact && are_intact(&b);
    if (!first) {
      count = b.out_count;
      first = guarded(count);
      memcpy(first, b.out, count * sizeof(float));
      compare(first, golden, count, &outcome);
    } else {
      outcome.same_with_threads = memcmp(first, b.out, count * sizeof(float)) == 0;
    }
    free_buffers(&b);
  }
  release(golden, count), release(first, count), free_trial(&t);
  return outcome;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double kernel_case_seconds(const kernel_case *test, r2_operand_type type, const r2_kernels *kernels) {
  enum { RUNS = 31, WARM = 3 };
  double times[RUNS];
  trial t;
  buffers b;
  if (make_trial(test, type, &t) != R2_OK) exit(2);
  make_buffers(&t, kernels, 1, &b);
  for (int n = -WARM; n < RUNS; n++) {
    double began = now();
    run(&t, &b);
    if (n >= 0) times[n] = now() - began;
  }
  free_buffers(&b), free_trial(&t);
  qsort(times, RUNS, sizeof(double), ascending);
  return times[RUNS / 2];
}
