// The kernels without Swift, for machines whose only way to run is an emulator: every algorithm with every
// type of operands on small ragged convolutions, against the scalar reference, every buffer between pages
// that must not be touched: once it ends with the last byte before such a page, once it begins with the first
// byte behind one, so that whatever reads or writes outside is killed on the spot. Prints a line a failure;
// exit status 0 if there was none. With the word `errors`: the rms error of every algorithm, as a share of
// the outputs' rms, on a convolution of 64 channels.
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
  int in, out, kernel[3], stride[3], frames, height, width, tile, tile_t, by_channels;
  r2_operand_type operands;
} conv_case;

static const conv_case cases[] = {
    {R2_SPATIAL, 20, 33, {1, 3, 3}, {1, 1, 1}, 2, 9, 11, 2, 0, 0, R2_F32},
    {R2_SPATIAL, 17, 20, {1, 3, 3}, {1, 1, 1}, 3, 13, 14, 4, 0, 1, R2_F32},
    {R2_SPATIAL, 16, 16, {1, 3, 3}, {1, 1, 1}, 1, 26, 19, 6, 0, 0, R2_F32},
    {R2_SPATIAL, 20, 33, {3, 3, 3}, {1, 1, 1}, 4, 9, 11, 4, 0, 0, R2_F32},
    {R2_POLYPHASE, 7, 9, {1, 3, 3}, {1, 2, 2}, 2, 11, 15, 4, 0, 0, R2_F32},
    {R2_POLYPHASE, 32, 18, {3, 3, 3}, {2, 2, 2}, 5, 11, 15, 4, 0, 1, R2_F32},
    {R2_TEMPORAL, 20, 30, {3, 1, 1}, {1, 1, 1}, 11, 3, 5, 0, 8, 0, R2_F32},
    {R2_TEMPORAL, 33, 16, {3, 1, 1}, {1, 1, 1}, 6, 4, 4, 0, 4, 1, R2_F32},
    {R2_TEMPORAL, 9, 8, {3, 1, 1}, {1, 1, 1}, 2, 5, 5, 0, 2, 0, R2_F32},
    {R2_DIRECT, 50, 40, {3, 1, 1}, {2, 1, 1}, 5, 7, 7, 0, 0, 0, R2_F32},
    {R2_GATHER, 18, 20, {1, 1, 1}, {2, 2, 2}, 4, 9, 9, 0, 0, 1, R2_F32},
    {R2_SPATIAL, 84, 18, {1, 3, 3}, {1, 1, 1}, 1, 7, 7, 4, 0, 0, R2_F32},
    {R2_SPATIAL, 130, 18, {3, 3, 3}, {1, 1, 1}, 2, 7, 7, 2, 0, 1, R2_F32},
    {R2_POLYPHASE, 128, 18, {3, 3, 3}, {2, 2, 2}, 5, 11, 15, 4, 0, 0, R2_F32},
    {R2_GATHER, 84, 20, {3, 1, 1}, {2, 1, 1}, 5, 7, 7, 0, 0, 0, R2_F32},
    {R2_GATHER, 12, 20, {3, 3, 3}, {1, 1, 1}, 3, 6, 5, 0, 0, 0, R2_F32},
};

static const struct {
  const char *name;
  conv_case test;
} error_cases[] = {
    {"direct, 1×3×3", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 0, 0, 0, R2_F32}},
    {"F2×2", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 2, 0, 0, R2_F32}},
    {"F4×4", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 4, 0, 0, R2_F32}},
    {"F6×6 and F4×6", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 6, 0, 0, R2_F32}},
    {"F4×4 folded, 3×3×3", {R2_SPATIAL, 64, 64, {3, 3, 3}, {1, 1, 1}, 4, 28, 28, 4, 0, 0, R2_F32}},
    {"direct, 1×3×3, stride 2", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 0, 0, 0, R2_F32}},
    {"phases F4×4, stride 2", {R2_POLYPHASE, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 4, 0, 0, R2_F32}},
    {"direct, 3×1×1", {R2_DIRECT, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 0, 0, R2_F32}},
    {"F4 in time", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 4, 0, R2_F32}},
    {"F8 in time", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 8, 0, R2_F32}},
    {"Toeplitz, 2 frames", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 2, 14, 14, 0, 2, 0, R2_F32}},
    {"direct, 1×3×3, bf16", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 0, 0, 0, R2_BF16}},
    {"F2×2, bf16", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 2, 0, 0, R2_BF16}},
    {"F4×4, bf16", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 4, 0, 0, R2_BF16}},
    {"phases F4×4, stride 2, bf16",
     {R2_POLYPHASE, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 4, 0, 0, R2_BF16}},
    {"direct, 1×3×3, int8", {R2_GATHER, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 0, 0, 0, R2_INT8}},
    {"F2×2, int8", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 2, 0, 0, R2_INT8}},
    {"F4×4, int8", {R2_SPATIAL, 64, 64, {1, 3, 3}, {1, 1, 1}, 1, 28, 28, 4, 0, 0, R2_INT8}},
    {"F4×4 folded, 3×3×3, int8", {R2_SPATIAL, 64, 64, {3, 3, 3}, {1, 1, 1}, 4, 28, 28, 4, 0, 0, R2_INT8}},
    {"phases F4×4, stride 2, int8",
     {R2_POLYPHASE, 64, 64, {1, 3, 3}, {1, 2, 2}, 1, 56, 56, 4, 0, 0, R2_INT8}},
    {"F4 in time, int8", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 4, 0, R2_INT8}},
    {"F4 in time, bf16", {R2_TEMPORAL, 64, 64, {3, 1, 1}, {1, 1, 1}, 8, 14, 14, 0, 4, 0, R2_BF16}},
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

// The pages of `count` floats, and where in them these lie: 64-byte aligned, so up to 60 bytes may remain at
// the end.
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
        to[(((size_t)t * (size_t)blocks + (size_t)(c / 16)) * (size_t)plane + (size_t)p) * 16 +
           (size_t)(c % 16)] = values[((size_t)c * (size_t)frames + (size_t)t) * (size_t)plane + (size_t)p];
  return to;
}

static float *random_floats(size_t count) {
  float *values = malloc(count * sizeof(float));
  if (!values) exit(2);
  for (size_t i = 0; i < count; i++) values[i] = noise();
  return values;
}

// One convolution with random weights, input, bias and residual, and what the reference makes of them.
typedef struct {
  r2_conv conv;
  float *x, *weight, *residual, *bias, *expected;
  size_t out_values;
  int in_plane, out_plane;
} trial;

static r2_status make_trial(const conv_case *test, trial *t) {
  const int *kernel = test->kernel, *stride = test->stride;
  t->conv = (r2_conv){
      .geometry = {test->in, test->out, kernel[0], kernel[1], kernel[2], stride[0], stride[1], stride[2],
                   kernel[0] / 2, kernel[1] / 2, kernel[2] / 2},
      .algorithm = test->algorithm,
      .operands = test->operands,
      .tiling = {test->tile, test->tile, test->tile_t, test->tile == 6},
      .frames = test->frames,
      .height = test->height,
      .width = test->width,
      .relu = 1,
      .by_channels = test->by_channels,
      .tile_block = 14,
  };
  r2_status status = r2_conv_prepare(&t->conv);
  if (status != R2_OK) return status;
  t->in_plane = test->height * test->width;
  t->out_plane = t->conv.out_height * t->conv.out_width;
  t->out_values = (size_t)(test->out * t->conv.out_frames * t->out_plane);
  size_t in_values = (size_t)(test->in * test->frames * t->in_plane);
  t->x = random_floats(in_values);
  // what the network's convolutions read has gone through a ReLU
  if (test->operands == R2_INT8)
    for (size_t i = 0; i < in_values; i++) t->x[i] = t->x[i] > 0 ? t->x[i] : 0;
  t->weight = random_floats((size_t)(test->in * test->out) * (size_t)(kernel[0] * kernel[1] * kernel[2]));
  t->residual = random_floats(t->out_values);
  t->bias = random_floats((size_t)test->out);
  t->expected = random_floats(t->out_values);
  r2_reference_conv(&t->conv.geometry, t->x, test->frames, test->height, test->width, t->weight, NULL,
                    t->bias, t->residual, 1, t->expected);
  return R2_OK;
}

static void free_trial(trial *t) {
  free(t->x), free(t->weight), free(t->residual), free(t->bias), free(t->expected);
}

static void pack(trial *t, float *packed) {
  double bias[256];
  for (int o = 0; o < t->conv.geometry.out_channels; o++) bias[o] = t->bias[o];
  r2_conv_place(&t->conv, packed);
  for (int panel = 0; panel < t->conv.panels; panel++)
    if (r2_conv_pack(&t->conv, t->weight, NULL, bias, panel) != R2_OK) exit(2);
}

// Runs the trial on two threads, every buffer between guards; whether these are intact. *out: to be released.
static int run_trial(trial *t, const r2_kernels *kernels, float **out, size_t *out_count) {
  const r2_conv *conv = &t->conv;
  const r2_geometry *g = &conv->geometry;
  size_t in_count, weight_count = r2_conv_weight_floats(conv), shared_floats = r2_conv_shared_floats(conv, 1);
  size_t own_floats = round_up(r2_conv_thread_floats(conv), 16);
  float *in = blocked(t->x, g->in_channels, conv->frames, t->in_plane, &in_count),
        *packed = guarded(weight_count);
  *out = blocked(NULL, g->out_channels, conv->out_frames, t->out_plane, out_count);
  float *added = blocked(t->residual, g->out_channels, conv->out_frames, t->out_plane, out_count);
  float *own = guarded(2 * own_floats), *shared = guarded(shared_floats);
  pack(t, packed);
  r2_team *team = r2_team_create(2);
  if (!team) exit(2);
  r2_run run = {
      .kernels = kernels, .team = team, .shared = shared, .own = own, .own_floats = own_floats, .windows = 1};
  r2_view from = {.base = in,
                  .frame = (ptrdiff_t)conv->blocks * t->in_plane * 16,
                  .plane = (ptrdiff_t)t->in_plane * 16,
                  .frames = conv->frames,
                  .height = conv->height,
                  .width = conv->width};
  r2_view to = {.base = *out,
                .frame = (ptrdiff_t)conv->panels * t->out_plane * 16,
                .plane = (ptrdiff_t)t->out_plane * 16,
                .frames = conv->out_frames,
                .height = conv->out_height,
                .width = conv->out_width};
  r2_view plus = to;
  plus.base = added;
  r2_conv_run(conv, &run, &from, &to, &plus);
  r2_team_destroy(team);
  int whole = intact(in, in_count) && intact(*out, *out_count) && intact(packed, weight_count) &&
              intact(own, 2 * own_floats) && intact(shared, shared_floats) && intact(added, *out_count);
  release(in, in_count), release(packed, weight_count), release(own, 2 * own_floats);
  release(shared, shared_floats), release(added, *out_count);
  return whole;
}

// What an operand's rounding may cost, of the largest value.
static float allowed(const r2_kernels *kernels, r2_operand_type type) {
  switch (type) {
    case R2_F32: return 3e-5f;
    case R2_BF16: return 3e-2f;
    case R2_INT8: return kernels->operands[type].bits == 8 ? 8e-2f : 16e-2f;
  }
  return 0;
}

// The rms error goes to *rms.
static int check(const r2_kernels *kernels, const conv_case *test, int number, double *rms) {
  trial t;
  r2_status status = make_trial(test, &t);
  if (status != R2_OK) return printf("%s: case %d: %s\n", kernels->name, number, r2_status_text(status)), 1;
  float *out, worst = 0, largest = 1;
  size_t count;
  int whole = run_trial(&t, kernels, &out, &count);
  double squares = 0, all = 0;
  float *golden = blocked(t.expected, test->out, t.conv.out_frames, t.out_plane, &count);
  for (size_t i = 0; i < count; i++) {
    float off = fabsf(out[i] - golden[i]);
    worst = off <= worst ? worst : off;
    squares += (double)off * (double)off;
    all += (double)golden[i] * (double)golden[i];
    largest = fabsf(golden[i]) > largest ? fabsf(golden[i]) : largest;
  }
  *rms = sqrt(squares / all);
  release(out, count), release(golden, count), free_trial(&t);
  if (worst / largest < allowed(kernels, test->operands) && whole) return 0;
  printf("%s: case %d is off by %g of the largest value%s\n", kernels->name, number,
         (double)(worst / largest), whole ? "" : ", wrote outside its buffers");
  return 1;
}

static int print_errors(void) {
  const r2_kernels *best = NULL;
  double rms;
  for (r2_isa isa = R2_SCALAR; isa < R2_ISAS; isa++)
    if (r2_kernels_of(isa)) best = r2_kernels_of(isa);
  for (size_t n = 0; n < sizeof error_cases / sizeof error_cases[0]; n++) {
    if (check(best, &error_cases[n].test, (int)n, &rms)) return 1;
    printf("%-32s %.1e\n", error_cases[n].name, rms);
  }
  return 0;
}

static const int values[R2_OPERAND_TYPES] = {[R2_F32] = 1, [R2_BF16] = 2, [R2_INT8] = 4};

static int needs_whole_chunks(const conv_case *test) {
  return test->algorithm == R2_POLYPHASE && test->kernel[0] > 1;
}

// Every case with every type of operands that its algorithm has, on every table. Tiles of more than 4 outputs
// lose more than the roundings of the smaller types can bear.
static int check_all(int *done) {
  int failed = 0;
  double rms;
  for (r2_isa isa = R2_SCALAR; isa < R2_ISAS; isa++)
    for (size_t n = 0; r2_kernels_of(isa) && n < sizeof cases / sizeof cases[0]; n++)
      for (r2_operand_type type = R2_F32; type < R2_OPERAND_TYPES; type++) {
        conv_case test = cases[n];
        test.operands = type;
        if (type != R2_F32 && (test.algorithm == R2_DIRECT || test.tile > 4 || test.tile_t > 4)) continue;
        if (needs_whole_chunks(&test) && test.in % (16 * values[type]) != 0) continue;
        failed += check(r2_kernels_of(isa), &test, (int)n, &rms);
        ++*done;
      }
  return failed;
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "errors") == 0) return print_errors();
  int done = 0, failed = 0;
  for (at_end = 0; at_end < 2; at_end++) failed += check_all(&done);
  for (r2_isa isa = R2_SCALAR; isa < R2_ISAS; isa++)
    if (r2_kernels_of(isa))
      printf("%s%s%s\n", r2_kernels_of(isa)->name, r2_kernels_of(isa)->fast[R2_BF16] ? ", bf16" : "",
             r2_kernels_of(isa)->fast[R2_INT8] ? ", int8" : "");
  printf("%d passed, %d failed\n", done - failed, failed);
  return failed != 0;
}
