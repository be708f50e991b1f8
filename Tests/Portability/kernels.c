// The kernels without Swift, for machines whose only way to run is an emulator: every algorithm on small ragged convolutions, against the
// scalar reference, every buffer between pages that must not be touched: once it ends with the last byte before such a page, once it begins
// with the first byte behind one, so that whatever reads or writes outside is killed on the spot. Prints a line a failure; exit status 0 if there was none.
// With the word `errors`: the rms error of every algorithm, as a share of the outputs' rms, on a convolution of 64 channels.
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conv.h"

typedef struct {
  r2_algorithm algorithm;
  int in, out, kernel[3], stride[3], frames, height, width, tile, tile_t, by_channels, bf16;
} conv_case;

static const conv_case cases[] = {
    {R2_SPATIAL, 20, 33, {1, 3, 3}, {1, 1, 1}, 2, 9, 11, 2, 0, 0, 0},
    {R2_SPATIAL, 17, 20, {1, 3, 3}, {1, 1, 1}, 3, 13, 14, 4, 0, 1, 0},
    {R2_SPATIAL, 16, 16, {1, 3, 3}, {1, 1, 1}, 1, 26, 19, 6, 0, 0, 0},
    {R2_SPATIAL, 20, 33, {3, 3, 3}, {1, 1, 1}, 4, 9, 11, 4, 0, 0, 0},
    {R2_POLYPHASE, 7, 9, {1, 3, 3}, {1, 2, 2}, 2, 11, 15, 4, 0, 0, 0},
    {R2_POLYPHASE, 32, 18, {3, 3, 3}, {2, 2, 2}, 5, 11, 15, 4, 0, 1, 0},
    {R2_TEMPORAL, 20, 30, {3, 1, 1}, {1, 1, 1}, 11, 3, 5, 0, 8, 0, 0},
    {R2_TEMPORAL, 33, 16, {3, 1, 1}, {1, 1, 1}, 6, 4, 4, 0, 4, 1, 0},
    {R2_TEMPORAL, 9, 8, {3, 1, 1}, {1, 1, 1}, 2, 5, 5, 0, 2, 0, 0},
    {R2_DIRECT, 50, 40, {3, 1, 1}, {2, 1, 1}, 5, 7, 7, 0, 0, 0, 0},
    {R2_GATHER, 18, 20, {1, 1, 1}, {2, 2, 2}, 4, 9, 9, 0, 0, 1, 0},
    {R2_GATHER, 12, 20, {3, 3, 3}, {1, 1, 1}, 3, 6, 5, 0, 0, 0, 0},
};

static const struct {
  const char *name;
  conv_case test;
} error_cases[] = {
    {"direct, 1×3×3", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 0, 0, 0, 0}},
    {"F2×2", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 2, 0, 0, 0}},
    {"F4×4", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 4, 0, 0, 0}},
    {"F6×6 and F4×6", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 6, 0, 0, 0}},
    {"F4×4 folded, 3×3×3", {R2_SPATIAL, 64, 64, {3, 3, 3}, {1, 1, 1}, 4, 28, 28, 4, 0, 0, 0}},
    {"direct, 1×3×3, stride 2", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 0, 0, 0, 0}},
    {"phases F4×4, stride 2", {R2_POLYPHASE, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 4, 0, 0, 0}},
    {"direct, 3×1×1", {R2_DIRECT, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 0, 0, 0}},
    {"F4 in time", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 4, 0, 0}},
    {"F8 in time", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 8, 0, 0}},
    {"Toeplitz, 2 frames", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 2, 14, 14, 0, 2, 0, 0}},
    {"direct, 1×3×3, bf16", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 0, 0, 0, 1}},
    {"F2×2, bf16", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 2, 0, 0, 1}},
    {"F4×4, bf16", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 4, 0, 0, 1}},
    {"phases F4×4, stride 2, bf16", {R2_POLYPHASE, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 4, 0, 0, 1}},
    {"F4 in time, bf16", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 4, 0, 1}},
};

static const float guard_value = 1234.5f;
// Whether buffers end where their pages do, or begin there.
static int at_end = 1;
static unsigned state = 1;

static float noise(void) {
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / 8388608.0f - 1;
}

static size_t round_up(size_t a, size_t b) { return (a + b - 1) / b * b; }

// The pages of `count` floats, and where in them these lie: 64-byte aligned, so up to 60 bytes may remain at the end.
typedef struct {
  size_t page, bytes, offset;
} place;

static place place_of(size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = round_up(count * sizeof(float) + !count, page);
  return (place){page, bytes, at_end ? bytes - round_up(count * sizeof(float), 64) : 0};
}

// `count` floats between guards, 64-byte aligned.
static float *guarded(size_t count) {
  place p = place_of(count);
  char *memory = mmap(NULL, p.bytes + 2 * p.page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + p.page, p.bytes, PROT_READ | PROT_WRITE) != 0) exit(2);
  float *all = (float *)(memory + p.page), *content = all + p.offset / sizeof(float);
  for (size_t i = 0; i < p.bytes / sizeof(float); i++) all[i] = guard_value;
  memset(content, 0, count * sizeof(float));
  return content;
}

// Whether nothing was written to the rest of the pages.
static int intact(const float *content, size_t count) {
  place p = place_of(count);
  const float *all = content - p.offset / sizeof(float);
  for (size_t i = 0; i < p.bytes / sizeof(float); i++)
    if ((all + i < content || all + i >= content + count) && all[i] != guard_value) return 0;
  return 1;
}

static void release(float *content, size_t count) {
  place p = place_of(count);
  munmap((char *)content - p.offset - p.page, p.bytes + 2 * p.page);
}

// [C][T][H][W] → [T][C/16][H][W][16]
static float *blocked(const float *values, int channels, int frames, int plane, size_t *count) {
  int blocks = (channels + 15) / 16;
  *count = (size_t)frames * (size_t)blocks * (size_t)plane * 16;
  float *to = guarded(*count);
  for (int c = 0; values && c < channels; c++)
    for (int t = 0; t < frames; t++)
      for (int p = 0; p < plane; p++)
        to[(((size_t)t * (size_t)blocks + (size_t)(c / 16)) * (size_t)plane + (size_t)p) * 16 + (size_t)(c % 16)] =
            values[((size_t)c * (size_t)frames + (size_t)t) * (size_t)plane + (size_t)p];
  return to;
}

static float *random_floats(size_t count) {
  float *values = malloc(count * sizeof(float));
  if (!values) exit(2);
  for (size_t i = 0; i < count; i++) values[i] = noise();
  return values;
}

// The rms error goes to *rms.
static int check(const r2_kernels *kernels, const conv_case *test, int number, double *rms) {
  r2_conv conv = {.algorithm = test->algorithm, .bf16 = test->bf16, .frames = test->frames, .height = test->height, .width = test->width,
                  .relu = 1, .by_channels = test->by_channels, .tile_block = 14};
  conv.geometry = (r2_geometry){test->in, test->out, test->kernel[0], test->kernel[1], test->kernel[2], test->stride[0], test->stride[1],
                                test->stride[2], test->kernel[0] / 2, test->kernel[1] / 2, test->kernel[2] / 2};
  if (r2_conv_prepare(&conv, test->tile, test->tile, test->tile_t, test->tile == 6) != 0) return printf("%s: case %d is refused\n", kernels->name, number), 1;
  int in_plane = test->height * test->width, out_plane = conv.out_height * conv.out_width;
  size_t taps = (size_t)(test->kernel[0] * test->kernel[1] * test->kernel[2]);
  size_t out_values = (size_t)(test->out * conv.out_frames * out_plane);
  float *x = random_floats((size_t)(test->in * test->frames * in_plane)), *weight = random_floats((size_t)(test->in * test->out) * taps);
  float *residual = random_floats(out_values), *bias = random_floats((size_t)test->out), *expected = random_floats(out_values);
  double *bias64 = malloc((size_t)test->out * sizeof(double));
  if (!bias64) exit(2);
  for (int o = 0; o < test->out; o++) bias64[o] = bias[o];
  r2_reference_conv(&conv.geometry, x, test->frames, test->height, test->width, weight, NULL, bias, residual, 1, expected);

  size_t in_count, out_count, weight_count = r2_conv_weight_floats(&conv), own_floats = r2_conv_thread_floats(&conv);
  size_t shared_floats = r2_conv_shared_floats(&conv, 1);
  float *in = blocked(x, test->in, test->frames, in_plane, &in_count), *packed = guarded(weight_count);
  float *out = blocked(NULL, test->out, conv.out_frames, out_plane, &out_count);
  float *added = blocked(residual, test->out, conv.out_frames, out_plane, &out_count);
  own_floats = (own_floats + 15) & ~(size_t)15;
  float *own = guarded(2 * own_floats), *shared = guarded(shared_floats);
  r2_conv_place(&conv, packed);
  for (int panel = 0; panel < conv.panels; panel++) r2_conv_pack(&conv, weight, NULL, bias64, panel);
  r2_team *team = r2_team_create(2);
  if (!team) exit(2);
  r2_run run = {.kernels = kernels, .team = team, .shared = shared, .own = own, .own_floats = own_floats, .windows = 1};
  r2_view from = {in, (ptrdiff_t)conv.blocks * in_plane * 16, (ptrdiff_t)in_plane * 16, test->frames, test->height, test->width, 0};
  r2_view to = {out, (ptrdiff_t)conv.panels * out_plane * 16, (ptrdiff_t)out_plane * 16, conv.out_frames, conv.out_height, conv.out_width, 0};
  r2_view plus = to;
  plus.base = added;
  r2_conv_run(&conv, &run, &from, &to, &plus);
  r2_team_destroy(team);

  float worst = 0, largest = 1;
  double squares = 0, all = 0;
  float *golden = blocked(expected, test->out, conv.out_frames, out_plane, &out_count);
  for (size_t i = 0; i < out_count; i++) {
    float off = fabsf(out[i] - golden[i]);
    worst = off <= worst ? worst : off;
    squares += (double)off * (double)off;
    all += (double)golden[i] * (double)golden[i];
    largest = fabsf(golden[i]) > largest ? fabsf(golden[i]) : largest;
  }
  *rms = sqrt(squares / all);
  int whole = intact(in, in_count) && intact(out, out_count) && intact(packed, weight_count) && intact(own, 2 * own_floats) &&
              intact(shared, shared_floats) && intact(added, out_count);
  release(in, in_count), release(packed, weight_count), release(own, 2 * own_floats), release(shared, shared_floats);
  release(out, out_count), release(added, out_count), release(golden, out_count);
  free(x), free(weight), free(residual), free(bias), free(expected), free(bias64);
  if (worst / largest < (test->bf16 ? 3e-2f : 3e-5f) && whole) return 0;
  printf("%s: case %d is off by %g of the largest value%s\n", kernels->name, number, (double)(worst / largest), whole ? "" : ", wrote outside its buffers");
  return 1;
}

int main(int count, char **arguments) {
  double rms;
  if (count > 1 && strcmp(arguments[1], "errors") == 0) {
    const r2_kernels *best = r2_kernels_avx512() ? r2_kernels_avx512() : r2_kernels_avx2() ? r2_kernels_avx2() : r2_kernels_portable();
    for (size_t n = 0; n < sizeof error_cases / sizeof error_cases[0]; n++) {
      if (error_cases[n].test.bf16 && !best->bf16.product) continue;
      if (check(best, &error_cases[n].test, (int)n, &rms)) return 1;
      printf("%-32s %.1e\n", error_cases[n].name, rms);
    }
    return 0;
  }
  const r2_kernels *tables[] = {r2_kernels_portable(), r2_kernels_avx2(), r2_kernels_avx512()};
  int done = 0, failed = 0;
  for (at_end = 0; at_end < 2; at_end++)
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
      for (size_t n = 0; tables[t] && n < sizeof cases / sizeof cases[0]; n++, done++) failed += check(tables[t], &cases[n], (int)n, &rms);
  printf("%d passed, %d failed\n", done - failed, failed);
  return failed != 0;
}
