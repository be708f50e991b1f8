// A whole convolution: its groups cut into pieces, and the pieces shared out to threads.
#include "../assertions.h"
#include "method.h"

// MARK: what follows from the geometry

static const r2_method *method_of(const r2_conv *conv) {
  int folds = conv->geometry.kernel_t > 1;
  switch (conv->algorithm) {
    case R2_DIRECT: return &r2_method_direct;
    case R2_GATHER: return &r2_method_gather;
    case R2_STEM: return folds ? &r2_method_stem_folded : &r2_method_stem;
    case R2_SPATIAL: return folds ? &r2_method_spatial_folded : &r2_method_spatial;
    case R2_POLYPHASE: return folds ? &r2_method_polyphase_folded : &r2_method_polyphase;
    case R2_TEMPORAL: return &r2_method_temporal;
  }
  return NULL;
}

static int outputs(int size, int pad, int kernel, int stride) {
  return size + 2 * pad < kernel ? 0 : (size + 2 * pad - kernel) / stride + 1;
}

r2_status r2_conv_prepare(r2_conv *conv) {
  const r2_geometry *g = &conv->geometry;
  conv->out_frames = outputs(conv->frames, g->pad_t, g->kernel_t, g->stride_t);
  conv->out_height = outputs(conv->height, g->pad_y, g->kernel_y, g->stride_y);
  conv->out_width = outputs(conv->width, g->pad_x, g->kernel_x, g->stride_x);
  if (conv->out_frames < 1 || conv->out_height < 1 || conv->out_width < 1) return R2_INPUT_TOO_SMALL;
  int values = r2_values(conv->operands);
  conv->blocks = r2_divide_up(g->in_channels, R2_BLOCK);
  conv->panels = r2_divide_up(g->out_channels, R2_BLOCK);
  conv->chunks = r2_divide_up(conv->blocks, values);
  conv->k = r2_elements(conv->operands, g->in_channels);
  conv->segments = conv->v_segments = g->kernel_t * g->kernel_y * g->kernel_x;
  conv->v_frames = 1;
  conv->v_signed = 1;
  conv->positions = 1;
  conv->tiles = (r2_tiles){0};
  conv->method = method_of(conv);
  if (!conv->method) return R2_UNFIT_GEOMETRY;
  r2_status status = conv->method->prepare(conv);
  // sums of integers, and what they begin with, stay below 2³¹ whatever the operands
  if (status == R2_OK && r2_scaled(conv->operands) &&
      (double)conv->segments * conv->k * values * 127 * (255 + 128) > INT32_MAX)
    return R2_UNFIT_CHANNELS;
  return status;
}

const char *r2_status_text(r2_status status) {
  switch (status) {
    case R2_OK: return "done";
    case R2_INPUT_TOO_SMALL: return "the padded input is smaller than the kernel";
    case R2_UNFIT_GEOMETRY: return "kernel, stride or padding are not the algorithm's";
    case R2_UNFIT_OPERANDS: return "the algorithm has no products of this type";
    case R2_UNFIT_CHANNELS: return "the input channels do not fill whole chunks, or are too many";
    case R2_NO_SUCH_TRANSFORM: return "there is no Winograd transform of so many outputs";
    case R2_WEIGHT_NOT_FINITE: return "a weight is not finite";
    case R2_NO_MEMORY: return "no memory to pack in";
  }
  return "unknown";
}

static size_t line_floats(const r2_conv *conv, int tiles) {
  ptrdiff_t lines = (ptrdiff_t)conv->v_segments * conv->chunks * conv->v_frames * tiles;
  return (size_t)conv->positions * (size_t)r2_odd_lines(lines * R2_BLOCK);
}

size_t r2_v_floats(const r2_conv *conv, int tiles) {
  size_t scales = r2_scaled(conv->operands) ? (size_t)conv->positions * (size_t)tiles : 0;
  return line_floats(conv, tiles) + (scales + R2_BLOCK - 1) / R2_BLOCK * R2_BLOCK;
}

r2_input r2_v_in(const r2_conv *conv, float *memory, int tiles) {
  return (r2_input){
      .base = memory, .tiles = tiles, .chunks = conv->chunks, .scale = memory + line_floats(conv, tiles)};
}

size_t r2_conv_input_floats(const r2_conv *conv) { return r2_v_floats(conv, 1); }

double r2_conv_multiply_adds(const r2_conv *conv) {
  double sum = 0, depth = (double)conv->segments * conv->k * r2_values(conv->operands);
  for (int number = 0; number < conv->method->groups(conv); number++) {
    r2_group group = {.conv = conv, .windows = 1};
    conv->method->place(&group, number);
    double taps = conv->method->taps(conv, number) / conv->geometry.kernel_t;
    sum += (double)group.tiles * conv->positions * depth * taps * conv->panels * R2_BLOCK;
  }
  return sum;
}

// MARK: groups and pieces

r2_view r2_shifted(const r2_view *view, ptrdiff_t floats) {
  r2_view v = *view;
  v.base += floats;
  return v;
}

int r2_pieces(const r2_conv *conv, int tiles) {
  int pieces = r2_divide_up(tiles, conv->tile_block);
  return pieces < 2 ? pieces : r2_divide_up(pieces, 2) * 2;  // as many for each of two threads
}

r2_range r2_piece(const r2_conv *conv, int tiles, int number) {
  int pieces = r2_pieces(conv, tiles);
  int first = (int)((long)tiles * number / pieces), end = (int)((long)tiles * (number + 1) / pieces);
  return (r2_range){first, end - first};
}

float *r2_own_scratch(const r2_run *run, int thread) { return run->own + (size_t)thread * run->own_floats; }

void r2_run_piece(const r2_group *group, r2_range piece, float *scratch) {
  const r2_conv *conv = group->conv;
  r2_input v = r2_v_in(conv, scratch, piece.count);
  float *m = scratch + r2_v_floats(conv, piece.count);
  if (group->operands->quantize)
    r2_quantized_input(group, piece, v, m);
  else if (conv->method->input)
    conv->method->input(group, piece, (r2_range){0, conv->blocks}, v);
  int most = group->kernels->max_panels;
  for (int panel = 0; panel < conv->panels; panel += most) {
    r2_range panels = {panel, r2_smaller(most, conv->panels - panel)};
    conv->method->output(group, piece, v, panels, m);
  }
}

// MARK: the run

typedef struct {
  const r2_conv *conv;
  const r2_run *run;
  const r2_view *in, *out, *residual;
  int number;  // by channels: the group at hand
} conv_task;

static int groups_of(const r2_conv *conv, int windows) {
  return conv->method->groups(conv) * (conv->method->spans_windows ? 1 : windows);
}

r2_group r2_group_of(const r2_conv *conv, const r2_run *run, int window, const r2_view *in,
                     const r2_view *out, const r2_view *residual) {
  r2_group group = {
      .conv = conv,
      .kernels = run->kernels,
      .operands = &run->kernels->operands[conv->operands],
      .in = r2_shifted(in, window * conv->frames * in->frame),
      .out = r2_shifted(out, window * conv->out_frames * out->frame),
      .finish = {.bias = conv->bias, .relu = conv->relu},
      .windows = 1,
      .segments = {0, conv->v_segments},
  };
  if (residual) {
    group.has_residual = 1;
    group.residual = r2_shifted(residual, window * conv->out_frames * residual->frame);
  }
  return group;
}

static r2_group group_at(const conv_task *task, int number) {
  const r2_conv *conv = task->conv;
  int each = conv->method->groups(conv);
  r2_group group = r2_group_of(conv, task->run, number / each, task->in, task->out, task->residual);
  if (conv->method->spans_windows) group.windows = task->run->windows;
  conv->method->place(&group, number % each);
  return group;
}

// Items are pieces. Where all groups of a window have as many, the first pieces of all groups come first,
// then the second ones: neighbouring items then are neighbours in the frame, as they are to the convolutions
// before and behind, and a thread finds what it has written itself.
static int pieces_of_all(const conv_task *task) {
  int pieces = r2_pieces(task->conv, group_at(task, 0).tiles);
  for (int number = 1; number < task->conv->method->groups(task->conv); number++)
    if (r2_pieces(task->conv, group_at(task, number).tiles) != pieces) return 0;
  return pieces;
}

static void run_piece(void *context, int item, int thread) {
  const conv_task *task = context;
  int groups = task->conv->method->groups(task->conv), alike = pieces_of_all(task), number = 0, pieces;
  if (alike) {
    int each = groups * alike;
    number = item / each * groups + item % groups;
    item = item % each / groups;
  }
  r2_group group = group_at(task, number);
  while (item >= (pieces = r2_pieces(task->conv, group.tiles))) {
    item -= pieces;
    group = group_at(task, ++number);
  }
  r2_run_piece(&group, r2_piece(task->conv, group.tiles, item), r2_own_scratch(task->run, thread));
}

// A chunk of blocks fills a line of V, so no two threads write to one.
static void run_channel_input(void *context, int item, int thread) {
  const conv_task *task = context;
  (void)thread;
  r2_group group = group_at(task, task->number);
  int each = r2_values(task->conv->operands), first = item * each;
  r2_range blocks = {first, r2_smaller(each, task->conv->blocks - first)};
  r2_input v = r2_v_in(task->conv, task->run->shared, group.tiles);
  task->conv->method->input(&group, (r2_range){0, group.tiles}, blocks, v);
}

// A scale spans all channels of a tile, so integers are shared out by tiles.
static void run_quantized_input(void *context, int item, int thread) {
  const conv_task *task = context;
  r2_group group = group_at(task, task->number);
  int each = r2_quantized_tiles(task->conv), first = item * each;
  r2_input v = r2_v_in(task->conv, task->run->shared, group.tiles);
  v.base += (ptrdiff_t)first * R2_BLOCK;
  v.scale += (ptrdiff_t)first * task->conv->positions;
  r2_range tiles = {first, r2_smaller(each, group.tiles - first)};
  r2_quantized_input(&group, tiles, v, r2_own_scratch(task->run, thread));
}

static void run_input(conv_task *task) {
  const r2_conv *conv = task->conv;
  if (r2_scaled(conv->operands)) {
    r2_group group = group_at(task, task->number);
    int each = r2_quantized_tiles(conv);
    r2_team_run(task->run->team, r2_divide_up(group.tiles, each), run_quantized_input, task);
  } else if (conv->method->input) {
    r2_team_run(task->run->team, conv->chunks, run_channel_input, task);
  }
}

static void run_channel_output(void *context, int item, int thread) {
  const conv_task *task = context;
  const r2_conv *conv = task->conv;
  r2_group group = group_at(task, task->number);
  int each = task->run->kernels->max_panels, first = item * each;
  r2_range panels = {first, r2_smaller(each, conv->panels - first)};
  for (int n = 0; n < r2_pieces(conv, group.tiles); n++) {
    r2_range piece = r2_piece(conv, group.tiles, n);
    r2_input v = r2_v_in(conv, task->run->shared, group.tiles);
    v.base += (ptrdiff_t)piece.first * R2_BLOCK;
    v.scale += (ptrdiff_t)piece.first * conv->positions;
    conv->method->output(&group, piece, v, panels, r2_own_scratch(task->run, thread));
  }
}

void r2_conv_run(const r2_conv *conv, const r2_run *run, const r2_view *in, const r2_view *out,
                 const r2_view *residual) {
  R2_ASSERT(conv->method && conv->tile_block > 0 && run->windows > 0);
  R2_ASSERT(run->own_floats >= r2_conv_thread_floats(conv));
  R2_ASSERT((uintptr_t)in->base % 4 == 0 && (uintptr_t)run->own % 64 == 0);
  conv_task task = {.conv = conv, .run = run, .in = in, .out = out, .residual = residual};
  int groups = groups_of(conv, run->windows);
  if (!conv->by_channels) {
    int items = 0;
    for (int number = 0; number < groups; number++) items += r2_pieces(conv, group_at(&task, number).tiles);
    r2_team_run(run->team, items, run_piece, &task);
    return;
  }
  for (task.number = 0; task.number < groups; task.number++) {
    run_input(&task);
    r2_team_run(run->team, r2_divide_up(conv->panels, run->kernels->max_panels), run_channel_output, &task);
  }
}

// MARK: scratch

size_t r2_conv_thread_floats(const r2_conv *conv) {
  int tiles = conv->tile_block;
  size_t floats = (size_t)conv->positions * 2 * (size_t)r2_odd_lines((ptrdiff_t)tiles * R2_BLOCK);
  size_t before = r2_quantized_floats(conv);  // where the products then go
  if (before > floats) floats = before;
  return conv->by_channels ? floats : floats + r2_v_floats(conv, tiles);
}

size_t r2_conv_shared_floats(const r2_conv *conv, int windows) {
  size_t most = 0;
  if (!conv->by_channels) return 0;
  for (int number = 0; number < conv->method->groups(conv); number++) {
    r2_group group = {.conv = conv, .windows = conv->method->spans_windows ? windows : 1};
    conv->method->place(&group, number);
    size_t floats = r2_v_floats(conv, group.tiles);
    if (floats > most) most = floats;
  }
  return most;
}
