#include "include/conv.h"

#include <string.h>

#include "include/winograd.h"

static int tiled(const r2_conv *conv) { return conv->algorithm == R2_SPATIAL || conv->algorithm == R2_POLYPHASE; }
// Whether the temporal taps of a tiled convolution are folded into the sums of its products.
static int folds(const r2_conv *conv) { return tiled(conv) && conv->geometry.kernel_t > 1; }
// Segments that V has: those of the products, but where taps fold each input frame stands once however many taps meet it, as one segment or
// as the four phases of stride 2, which the products then read as one run of k.
static int v_segments(const r2_conv *conv) {
  return !folds(conv) ? conv->segments : conv->algorithm == R2_POLYPHASE ? 4 : 1;
}

static int divide_up(int a, int b) { return (a + b - 1) / b; }
static int smaller(int a, int b) { return a < b ? a : b; }

// MARK: what follows from the geometry

static void add_part(r2_conv *conv, const r2_transform *y, const r2_transform *x, int top, int bottom, int left, int right) {
  if (top >= bottom || left >= right) return;
  r2_part *part = &conv->parts[conv->part_count++];
  part->tiles = (r2_tiles){.top = top, .left = left, .bottom = bottom, .right = right, .y = y, .x = x,
                           .rows = divide_up(bottom - top, y->outputs), .columns = divide_up(right - left, x->outputs)};
  part->positions = y->points * x->points;
}

int r2_conv_prepare(r2_conv *conv, int tile_y, int tile_x, int tile_t, int mixed) {
  const r2_geometry *g = &conv->geometry;
  int square = g->kernel_y * g->kernel_x;
  conv->out_frames = (conv->frames + 2 * g->pad_t - g->kernel_t) / g->stride_t + 1;
  conv->out_height = (conv->height + 2 * g->pad_y - g->kernel_y) / g->stride_y + 1;
  conv->out_width = (conv->width + 2 * g->pad_x - g->kernel_x) / g->stride_x + 1;
  if (conv->frames + 2 * g->pad_t < g->kernel_t || conv->out_height < 1 || conv->out_width < 1) return -1;
  conv->blocks = divide_up(g->in_channels, R2_BLOCK);
  conv->panels = divide_up(g->out_channels, R2_BLOCK);
  conv->k = conv->bf16 ? (g->in_channels + 1) / 2 : g->in_channels;
  if (conv->bf16 && (conv->algorithm == R2_DIRECT || conv->algorithm == R2_STEM)) return -1;
  conv->segments = g->kernel_t * square;
  conv->part_count = 1;
  conv->parts[0] = (r2_part){.positions = 1};
  int three = g->kernel_y == 3 && g->kernel_x == 3 && g->pad_y == 1 && g->pad_x == 1;
  switch (conv->algorithm) {
    case R2_DIRECT: return square == 1 && g->stride_y == 1 && g->stride_x == 1 && g->pad_y == 0 && g->pad_x == 0 ? 0 : -1;
    case R2_GATHER: return 0;
    case R2_STEM:
      conv->k = 7 * R2_STEM_CHUNK;
      conv->segments = g->kernel_t;
      return g->in_channels == 3 && g->kernel_y == 7 && g->kernel_x == 7 && g->stride_y == 2 && g->stride_x == 2 && g->pad_y == 3 && g->pad_x == 3 ? 0 : -1;
    case R2_TEMPORAL:
      if (g->kernel_t != 3 || square != 1 || g->stride_t != 1 || g->pad_t != 1 || g->stride_y != 1 || g->stride_x != 1) return -1;
      if (tile_t == 2 && conv->frames == 2)
        r2_transform_make_pair(&conv->t);
      else if (r2_transform_make(tile_t, 3, &conv->t) != 0)
        return -1;
      conv->segments = 1;
      conv->parts[0].positions = conv->t.points;
      return 0;
    case R2_SPATIAL:
      if (!three || g->stride_y != 1 || g->stride_x != 1) return -1;
      if (r2_transform_make(tile_y, 3, &conv->y[0]) || r2_transform_make(tile_x, 3, &conv->x[0]) ||
          r2_transform_make(4, 3, &conv->y[1]) || r2_transform_make(4, 3, &conv->x[1]))
        return -1;
      conv->segments = g->kernel_t;
      break;
    case R2_POLYPHASE:
      if (!three || g->stride_y != 2 || g->stride_x != 2) return -1;
      if (r2_transform_make(4, 2, &conv->y[0]) || r2_transform_make(4, 2, &conv->x[0])) return -1;
      conv->segments = 4;
      if (folds(conv)) {  // the phases become one run of k, so their channels must fill whole lines
        if (g->in_channels % (conv->bf16 ? 2 * R2_BLOCK : R2_BLOCK) != 0) return -1;
        conv->segments = g->kernel_t;
        conv->k *= 4;
      }
      mixed = 0;
      break;
  }
  int rows = conv->out_height, middle = rows;
  // 56 rows are 8 tiles of 6 and 2 of 4: no row is computed that is not there
  if (mixed && tile_y == 6)
    for (middle = rows; middle > 0 && (middle % 6 || (rows - middle) % 4); middle--) {
    }
  conv->part_count = 0;
  add_part(conv, &conv->y[0], &conv->x[0], 0, middle, 0, conv->out_width);
  add_part(conv, &conv->y[1], &conv->x[0], middle, rows, 0, conv->out_width);
  return 0;
}

static size_t part_floats(const r2_conv *conv, const r2_part *part) {
  return (size_t)conv->panels * (size_t)part->positions * (size_t)conv->segments * (size_t)conv->k * R2_BLOCK;
}

size_t r2_conv_weight_floats(const r2_conv *conv) {
  size_t floats = (size_t)conv->panels * R2_BLOCK;
  for (int n = 0; n < conv->part_count; n++) floats += part_floats(conv, &conv->parts[n]);
  return floats;
}

void r2_conv_place(r2_conv *conv, float *storage) {
  for (int n = 0; n < conv->part_count; n++) {
    conv->parts[n].weights = storage;
    storage += part_floats(conv, &conv->parts[n]);
  }
  conv->bias = storage;
}

// MARK: one piece of work

// Tiles [first, first + count) of a part: flat tile numbers for the spatial algorithms; for the others pixels of output frame (or of the temporal
// tile that starts at frame) `frame`.
typedef struct {
  const r2_part *part;
  int frame, first, count;
} piece;

static r2_view shifted(const r2_view *view, ptrdiff_t floats) {
  r2_view v = *view;
  v.base += floats;
  return v;
}

// 64-byte lines of a tile that a segment of V takes: 16 floats or 32 bfloat16 each.
static int chunks_of(const r2_conv *conv) { return conv->bf16 ? (conv->blocks + 1) / 2 : conv->blocks; }

static ptrdiff_t v_segment(const r2_conv *conv, int tiles) { return (ptrdiff_t)chunks_of(conv) * tiles * R2_BLOCK; }

// The temporal taps of an output frame that do not meet padding.
static void valid_taps(const r2_conv *conv, int frame, int *first, int *count) {
  const r2_geometry *g = &conv->geometry;
  int start = frame * g->stride_t - g->pad_t;
  *first = start < 0 ? -start : 0;
  *count = smaller(g->kernel_t, conv->frames - start) - *first;
}

// V of a piece, input blocks [block, block + blocks). `tiles`: tiles that V is laid out for; v: where the piece's first tile goes.
// V of a convolution with temporal taps holds every input frame, [frame][tile]: an output frame's taps are segments of it.
static void piece_input(const r2_conv *conv, const r2_kernels *kernels, const piece *p, const r2_view *in, int block, int blocks,
                        float *v, int tiles) {
  const r2_operands *operands = conv->bf16 ? &kernels->bf16 : &kernels->f32;
  int lines = folds(conv) ? conv->frames * tiles : tiles, width = conv->bf16 ? 2 : 1;
  ptrdiff_t segment = v_segment(conv, lines), chunk = (ptrdiff_t)lines * R2_BLOCK * width;
  ptrdiff_t position = segment * v_segments(conv) * width;
  switch (conv->algorithm) {
    case R2_SPATIAL:
    case R2_POLYPHASE:
      for (int frame = 0; frame < (folds(conv) ? conv->frames : 1); frame++) {
        r2_view view = *in;
        if (folds(conv)) view.frames = 1, view.base += frame * in->frame;
        float *to = v + (ptrdiff_t)frame * tiles * R2_BLOCK;
        if (conv->algorithm == R2_SPATIAL)
          operands->spatial_input(&view, &p->part->tiles, p->first, p->count, block, blocks, to, position, chunk);
        else
          operands->polyphase_input(&view, &p->part->tiles, p->first, p->count, block, blocks, to, position, chunk, segment * width);
      }
      break;
    case R2_TEMPORAL:
      operands->temporal_input(in, &conv->t, p->frame, p->first, p->count, block, blocks, v, position, chunk);
      break;
    case R2_GATHER: {
      const r2_geometry *g = &conv->geometry;
      int first, count, square = g->kernel_y * g->kernel_x;
      valid_taps(conv, p->frame, &first, &count);
      for (int t = first; t < first + count; t++)
        for (int tap = 0; tap < square; tap++)
          operands->gather_input(in, g, conv->out_width, p->frame * g->stride_t - g->pad_t + t, tap / g->kernel_x, tap % g->kernel_x,
                                 p->first, p->count, block, blocks, v + (t * square + tap) * segment, chunk);
      break;
    }
    case R2_DIRECT:
    case R2_STEM:
      break;
  }
}

// Products of a piece for all positions, of output frame `frame` where temporal taps are segments.
static void piece_product(const r2_conv *conv, const r2_kernels *kernels, const piece *p, const r2_view *in, const float *v, int tiles,
                          int frame, int panel, int panels, float *m, ptrdiff_t m_position, ptrdiff_t m_panel) {
  const r2_operands *operands = conv->bf16 ? &kernels->bf16 : &kernels->f32;
  const r2_part *part = p->part;
  const r2_geometry *g = &conv->geometry;
  ptrdiff_t depth = (ptrdiff_t)conv->segments * conv->k * R2_BLOCK;
  int lines = folds(conv) ? conv->frames * tiles : tiles;
  r2_product product = {
      .chunk_stride = (ptrdiff_t)lines * R2_BLOCK,
      .segment_stride = v_segment(conv, lines),
      .rows = p->count,
      .k = conv->k,
      .segments = conv->segments,
      .panel_stride_b = depth * part->positions,
      .panel_stride_c = m_panel,
      .panels = panels,
  };
  ptrdiff_t position = product.segment_stride * v_segments(conv);
  const float *a = v, *b = part->weights + panel * product.panel_stride_b;
  int first, count, square = g->kernel_y * g->kernel_x;
  valid_taps(conv, frame, &first, &count);
  if (folds(conv)) {
    a += (ptrdiff_t)(frame * g->stride_t - g->pad_t + first) * tiles * R2_BLOCK;
    b += (ptrdiff_t)first * conv->k * R2_BLOCK;
    product.segments = count;
    product.segment_stride = (ptrdiff_t)tiles * R2_BLOCK;
  } else if (conv->algorithm == R2_GATHER || conv->algorithm == R2_DIRECT) {
    product.segments = count * square;
    b += (ptrdiff_t)first * square * conv->k * R2_BLOCK;
    if (conv->algorithm == R2_GATHER) {
      a += first * square * product.segment_stride;
    } else {
      a = in->base + (frame * g->stride_t - g->pad_t + first) * in->frame + (ptrdiff_t)p->first * R2_BLOCK;
      product.chunk_stride = in->plane;
      product.segment_stride = in->frame;
    }
  }
  for (int n = 0; n < part->positions; n++) {
    product.a = a + n * position;
    product.b = b + n * depth;
    product.c = m + n * m_position;
    operands->product(&product);
  }
}

// Products of a piece with panels [panel, panel + panels), into m, and from there to the output.
static void piece_output(const r2_conv *conv, const r2_kernels *kernels, const piece *p, const r2_view *in, const float *v, int tiles,
                         int panel, int panels, float *m, const r2_view *out, const r2_finish *finish) {
  ptrdiff_t m_position = (ptrdiff_t)p->count * R2_BLOCK, m_panel = m_position * p->part->positions;
  if (folds(conv)) {
    for (int frame = 0; frame < conv->out_frames; frame++) {
      piece_product(conv, kernels, p, in, v, tiles, frame, panel, panels, m, m_position, m_panel);
      r2_view one = shifted(out, frame * out->frame), residual;
      one.frames = 1;
      r2_finish finish_one = *finish;
      if (finish->residual) {
        residual = shifted(finish->residual, frame * finish->residual->frame);
        finish_one.residual = &residual;
      }
      kernels->spatial_output(m, m_position, m_panel, &p->part->tiles, p->first, p->count, panel, panels, &one, &finish_one);
    }
    return;
  }
  piece_product(conv, kernels, p, in, v, tiles, p->frame, panel, panels, m, m_position, m_panel);
  switch (conv->algorithm) {
    case R2_SPATIAL:
    case R2_POLYPHASE:
      kernels->spatial_output(m, m_position, m_panel, &p->part->tiles, p->first, p->count, panel, panels, out, finish);
      break;
    case R2_TEMPORAL:
      kernels->temporal_output(m, m_position, m_panel, &conv->t, p->frame, p->first, p->count, panel, panels, out, finish);
      break;
    default:
      kernels->direct_output(m, m_panel, p->frame, p->first, p->count, panel, panels, out, finish);
  }
}

// Pixels of one output row of a stem: rows of `in` are padded, three channels interleaved, and read in place.
static void stem_row(const r2_conv *conv, const r2_kernels *kernels, const r2_stem_input *layout, const float *in, int frame, int y, float *m,
                     const r2_view *out, const r2_finish *finish) {
  r2_product product = {
      .a = in + (ptrdiff_t)frame * conv->geometry.stride_t * layout->frame + 2 * y * layout->pitch,
      .chunk_stride = layout->pitch,
      .segment_stride = layout->frame,
      .rows = conv->out_width,
      .k = conv->k,
      .segments = conv->segments,
      .panel_stride_b = (ptrdiff_t)conv->segments * conv->k * R2_BLOCK,
      .panel_stride_c = (ptrdiff_t)conv->out_width * R2_BLOCK,
  };
  for (int panel = 0; panel < conv->panels; panel += product.panels) {
    product.panels = smaller(conv->panels - panel, kernels->max_panels);
    product.b = conv->parts[0].weights + panel * product.panel_stride_b;
    product.c = m;
    kernels->stem_product(&product);
    kernels->direct_output(m, product.panel_stride_c, frame, (y - out->top) * conv->out_width, conv->out_width, panel, product.panels, out, finish);
  }
}

// MARK: a whole convolution

// The pieces of a convolution, numbered: how many tiles each group (a part, or a frame of a window) has, and how they are cut.
static int groups_of(const r2_conv *conv, int windows) {
  switch (conv->algorithm) {
    case R2_SPATIAL:
    case R2_POLYPHASE: return folds(conv) ? windows * conv->part_count : conv->part_count;
    case R2_TEMPORAL: return windows * divide_up(conv->out_frames, conv->t.outputs);
    default: return windows * conv->out_frames;
  }
}

static const r2_part *group_part(const r2_conv *conv, int group) { return &conv->parts[tiled(conv) ? group % conv->part_count : 0]; }

static int group_tiles(const r2_conv *conv, int group, int windows) {
  if (!tiled(conv)) return conv->out_height * conv->out_width;
  const r2_tiles *tiles = &group_part(conv, group)->tiles;
  return tiles->rows * tiles->columns * (folds(conv) ? 1 : conv->out_frames * windows);
}

// Views of the window that a group belongs to, and the group's first frame in it.
static int group_views(const r2_conv *conv, int group, int windows, const r2_view *in, const r2_view *out, const r2_view *residual,
                       r2_view *in1, r2_view *out1, r2_view *residual1) {
  int each = groups_of(conv, 1), window = group / each;
  if (tiled(conv) && !folds(conv)) window = 0;  // all frames of all windows are alike
  *in1 = shifted(in, window * conv->frames * in->frame);
  *out1 = shifted(out, window * conv->out_frames * out->frame);
  if (residual) *residual1 = shifted(residual, window * conv->out_frames * residual->frame);
  if (tiled(conv)) {
    if (!folds(conv)) in1->frames *= windows, out1->frames *= windows;
    return 0;
  }
  return group % each * (conv->algorithm == R2_TEMPORAL ? conv->t.outputs : 1);
}

typedef struct {
  const r2_conv *conv;
  const r2_run *run;
  const r2_view *in, *out, *residual;
  int group, tiles;  // by_channels: the group at hand and its tiles
  int panels_each;
} conv_task;

static int pieces_in(const r2_conv *conv, int tiles) { return divide_up(tiles, conv->tile_block); }

static piece piece_of(const r2_conv *conv, int group, int tiles, int number) {
  int pieces = pieces_in(conv, tiles);
  int first = (int)((long)tiles * number / pieces), end = (int)((long)tiles * (number + 1) / pieces);
  return (piece){.part = group_part(conv, group), .first = first, .count = end - first};
}

static float *own_scratch(const r2_run *run, int thread) { return run->own + (size_t)thread * run->own_floats; }

static size_t v_floats(const r2_conv *conv, int positions, int tiles) {
  if (conv->algorithm == R2_DIRECT || conv->algorithm == R2_STEM) return 0;
  int lines = folds(conv) ? conv->frames * tiles : tiles;
  return (size_t)positions * (size_t)v_segments(conv) * (size_t)v_segment(conv, lines);
}

static void run_piece(void *context, int item, int thread) {
  const conv_task *task = context;
  const r2_conv *conv = task->conv;
  int windows = task->run->windows, group = 0, pieces;
  while (item >= (pieces = pieces_in(conv, group_tiles(conv, group, windows)))) item -= pieces, group++;
  piece p = piece_of(conv, group, group_tiles(conv, group, windows), item);
  r2_view in, out, residual;
  p.frame = group_views(conv, group, windows, task->in, task->out, task->residual, &in, &out, &residual);
  r2_finish finish = {.bias = conv->bias, .residual = task->residual ? &residual : NULL, .relu = conv->relu};
  float *v = own_scratch(task->run, thread), *m = v + v_floats(conv, p.part->positions, p.count);
  const r2_kernels *kernels = task->run->kernels;
  piece_input(conv, kernels, &p, &in, 0, conv->blocks, v, p.count);
  for (int panel = 0; panel < conv->panels; panel += kernels->max_panels)
    piece_output(conv, kernels, &p, &in, v, p.count, panel, smaller(kernels->max_panels, conv->panels - panel), m, &out, &finish);
}

// Input blocks that fill a line of V, so that no two threads write to one.
static int blocks_each(const r2_conv *conv) { return conv->bf16 ? 2 : 1; }

static void run_channel_input(void *context, int item, int thread) {
  const conv_task *task = context;
  const r2_conv *conv = task->conv;
  (void)thread;
  r2_view in, out, residual;
  piece p = piece_of(conv, task->group, task->tiles, 0);
  p.count = task->tiles;
  p.frame = group_views(conv, task->group, task->run->windows, task->in, task->out, task->residual, &in, &out, &residual);
  int each = blocks_each(conv);
  piece_input(conv, task->run->kernels, &p, &in, item * each, smaller(each, conv->blocks - item * each), task->run->shared, task->tiles);
}

static void run_channel_output(void *context, int item, int thread) {
  const conv_task *task = context;
  const r2_conv *conv = task->conv;
  const r2_kernels *kernels = task->run->kernels;
  r2_view in, out, residual;
  int frame = group_views(conv, task->group, task->run->windows, task->in, task->out, task->residual, &in, &out, &residual);
  r2_finish finish = {.bias = conv->bias, .residual = task->residual ? &residual : NULL, .relu = conv->relu};
  int pieces = pieces_in(conv, task->tiles), panel = item * task->panels_each;
  int panels = smaller(task->panels_each, conv->panels - panel);
  for (int n = 0; n < pieces; n++) {
    piece p = piece_of(conv, task->group, task->tiles, n);
    p.frame = frame;
    piece_output(conv, kernels, &p, &in, task->run->shared + (ptrdiff_t)p.first * R2_BLOCK, task->tiles, panel, panels,
                 own_scratch(task->run, thread), &out, &finish);
  }
}

typedef struct {
  const r2_conv *conv;
  const r2_run *run;
  const r2_view *in, *out;
} stem_task;

static void run_stem_row(void *context, int item, int thread) {
  const stem_task *task = context;
  const r2_conv *conv = task->conv;
  r2_stem_input layout = r2_stem_layout(conv);
  int window = item / (conv->out_frames * conv->out_height), row = item % (conv->out_frames * conv->out_height);
  r2_view out = shifted(task->out, window * conv->out_frames * task->out->frame);
  r2_finish finish = {.bias = conv->bias, .relu = conv->relu};
  stem_row(conv, task->run->kernels, &layout, task->in->base + window * task->in->frame, row / conv->out_height, row % conv->out_height,
           own_scratch(task->run, thread), &out, &finish);
}

void r2_conv_run(const r2_conv *conv, const r2_run *run, const r2_view *in, const r2_view *out, const r2_view *residual) {
  if (conv->algorithm == R2_STEM) {
    stem_task task = {.conv = conv, .run = run, .in = in, .out = out};
    r2_team_run(run->team, run->windows * conv->out_frames * conv->out_height, run_stem_row, &task);
    return;
  }
  conv_task task = {.conv = conv, .run = run, .in = in, .out = out, .residual = residual};
  int groups = groups_of(conv, run->windows), items = 0;
  if (!conv->by_channels) {
    for (int group = 0; group < groups; group++) items += pieces_in(conv, group_tiles(conv, group, run->windows));
    r2_team_run(run->team, items, run_piece, &task);
    return;
  }
  task.panels_each = run->kernels->max_panels;
  for (task.group = 0; task.group < groups; task.group++) {
    task.tiles = group_tiles(conv, task.group, run->windows);
    if (conv->algorithm != R2_DIRECT) r2_team_run(run->team, divide_up(conv->blocks, blocks_each(conv)), run_channel_input, &task);
    r2_team_run(run->team, divide_up(conv->panels, task.panels_each), run_channel_output, &task);
  }
}

size_t r2_conv_thread_floats(const r2_conv *conv) {
  size_t most = 0;
  for (int n = 0; n < conv->part_count; n++) {
    int positions = conv->parts[n].positions;
    int tiles = conv->algorithm == R2_STEM ? conv->out_width : conv->tile_block;
    size_t floats = (size_t)positions * (size_t)tiles * 2 * R2_BLOCK;
    if (!conv->by_channels) floats += v_floats(conv, positions, tiles);
    if (floats > most) most = floats;
  }
  return most;
}

size_t r2_conv_shared_floats(const r2_conv *conv, int windows) {
  size_t most = 0;
  if (!conv->by_channels) return 0;
  for (int group = 0; group < groups_of(conv, windows); group++) {
    size_t floats = v_floats(conv, group_part(conv, group)->positions, group_tiles(conv, group, windows));
    if (floats > most) most = floats;
  }
  return most;
}

// MARK: spatial and temporal in strips

enum { STEM_STRIP = 4 };

typedef struct {
  const r2_conv *first, *second;
  const r2_run *run;
  const r2_view *in, *out, *residual;
} fused_task;

static int strip_rows(const r2_conv *first, int part) {
  return first->algorithm == R2_STEM ? STEM_STRIP : first->parts[part].tiles.y->outputs;
}

static int strips_of(const r2_conv *first, int part) {
  return first->algorithm == R2_STEM ? divide_up(first->out_height, STEM_STRIP) : first->parts[part].tiles.rows;
}

static size_t strip_floats(const r2_conv *first, int rows) {
  return (size_t)first->out_frames * (size_t)first->panels * (size_t)rows * (size_t)first->out_width * R2_BLOCK;
}

static void run_strip(void *context, int item, int thread) {
  const fused_task *task = context;
  const r2_conv *first = task->first, *second = task->second;
  const r2_kernels *kernels = task->run->kernels;
  int part = 0, strips = 0, window;
  for (int n = 0; n < first->part_count; n++) strips += strips_of(first, n);
  window = item / strips;
  item %= strips;
  while (item >= strips_of(first, part)) item -= strips_of(first, part++);
  int height = strip_rows(first, part), top = first->parts[part].tiles.top + item * height;
  int bottom = first->algorithm == R2_STEM ? first->out_height : first->parts[part].tiles.bottom;
  int rows = smaller(height, bottom - top);
  float *scratch = own_scratch(task->run, thread);
  r2_view strip = {.base = scratch, .frames = first->out_frames, .height = rows, .width = first->out_width, .top = top,
                   .plane = (ptrdiff_t)rows * first->out_width * R2_BLOCK};
  strip.frame = strip.plane * first->panels;
  scratch += strip_floats(first, height);
  r2_finish finish = {.bias = first->bias, .relu = first->relu};
  if (first->algorithm == R2_STEM) {
    r2_stem_input layout = r2_stem_layout(first);
    for (int frame = 0; frame < first->out_frames; frame++)
      for (int y = top; y < top + rows; y++)
        stem_row(first, kernels, &layout, task->in->base + window * task->in->frame, frame, y, scratch, &strip, &finish);
  } else {
    r2_view in = shifted(task->in, window * first->frames * task->in->frame);
    in.frames = first->frames;
    const r2_tiles *tiles = &first->parts[part].tiles;
    int all = tiles->columns * first->out_frames, pieces = pieces_in(first, all);
    for (int n = 0; n < pieces; n++) {
      piece p = piece_of(first, part, all, n);
      p.first += item * all;
      float *m = scratch + v_floats(first, p.part->positions, p.count);
      piece_input(first, kernels, &p, &in, 0, first->blocks, scratch, p.count);
      for (int panel = 0; panel < first->panels; panel += kernels->max_panels)
        piece_output(first, kernels, &p, &in, scratch, p.count, panel, smaller(kernels->max_panels, first->panels - panel), m, &strip, &finish);
    }
  }
  ptrdiff_t offset = (ptrdiff_t)top * second->out_width * R2_BLOCK;
  r2_view out = shifted(task->out, window * second->out_frames * task->out->frame + offset), residual;
  if (task->residual) residual = shifted(task->residual, window * second->out_frames * task->residual->frame + offset);
  finish = (r2_finish){.bias = second->bias, .residual = task->residual ? &residual : NULL, .relu = second->relu};
  int all = rows * second->out_width, pieces = pieces_in(second, all);
  int step = second->algorithm == R2_TEMPORAL ? second->t.outputs : 1;
  for (int frame = 0; frame < second->out_frames; frame += step)
    for (int n = 0; n < pieces; n++) {
      piece p = piece_of(second, 0, all, n);
      p.frame = frame;
      float *m = scratch + v_floats(second, p.part->positions, p.count);
      piece_input(second, kernels, &p, &strip, 0, second->blocks, scratch, p.count);
      for (int panel = 0; panel < second->panels; panel += kernels->max_panels)
        piece_output(second, kernels, &p, &strip, scratch, p.count, panel, smaller(kernels->max_panels, second->panels - panel), m, &out, &finish);
    }
}

void r2_conv_run_fused(const r2_conv *first, const r2_conv *second, const r2_run *run, const r2_view *in, const r2_view *out,
                       const r2_view *residual) {
  fused_task task = {.first = first, .second = second, .run = run, .in = in, .out = out, .residual = residual};
  int strips = 0;
  for (int part = 0; part < first->part_count; part++) strips += strips_of(first, part);
  r2_team_run(run->team, strips * run->windows, run_strip, &task);
}

size_t r2_conv_fused_floats(const r2_conv *first, const r2_conv *second) {
  size_t a = r2_conv_thread_floats(first), b = r2_conv_thread_floats(second);
  return strip_floats(first, strip_rows(first, 0)) + (a > b ? a : b);
}

// MARK: the stem's input

r2_stem_input r2_stem_layout(const r2_conv *stem) {
  r2_stem_input layout = {.frames = stem->frames, .height = stem->height, .width = stem->width, .pad_t = stem->geometry.pad_t};
  layout.pitch = (ptrdiff_t)(stem->width + 7) * 3;
  layout.frame = layout.pitch * (stem->height + 7);
  return layout;
}

void r2_stem_fill(const r2_stem_input *layout, const float *planes, int frame, float *to) {
  int height = layout->height, width = layout->width;
  ptrdiff_t count = (ptrdiff_t)height * width;
  float *picture = to + (frame + layout->pad_t) * layout->frame, *row = picture + 3 * layout->pitch + 9;
  memset(picture, 0, (size_t)layout->frame * sizeof(float));
  const float *r = planes, *g = r + count, *b = g + count;
  for (int y = 0; y < height; y++, row += layout->pitch, r += width, g += width, b += width)
    for (int x = 0; x < width; x++) {
      row[3 * x] = r[x];
      row[3 * x + 1] = g[x];
      row[3 * x + 2] = b[x];
    }
  // the first and last frames bring the border in time
  if (frame == 0) memset(to, 0, (size_t)(layout->pad_t * layout->frame) * sizeof(float));
  if (frame == layout->frames - 1) memset(picture + layout->frame, 0, (size_t)(layout->pad_t * layout->frame) * sizeof(float));
}

// MARK: figures for the plan's table

double r2_conv_multiply_adds(const r2_conv *conv) {
  double sum = 0;
  for (int group = 0; group < groups_of(conv, 1); group++) {
    double depth = (double)conv->segments * conv->k * (conv->bf16 ? 2 : 1), taps = 1;
    if (folds(conv) || conv->algorithm == R2_DIRECT || conv->algorithm == R2_GATHER) {
      taps = 0;
      for (int frame = folds(conv) ? 0 : group; frame < (folds(conv) ? conv->out_frames : group + 1); frame++) {
        int first, count;
        valid_taps(conv, frame, &first, &count);
        taps += (double)count / conv->geometry.kernel_t;
      }
    }
    sum += (double)group_tiles(conv, group, 1) * group_part(conv, group)->positions * depth * taps * conv->panels * R2_BLOCK;
  }
  return sum;
}

int r2_conv_positions(const r2_conv *conv) { return conv->parts[0].positions; }

size_t r2_conv_input_floats(const r2_conv *conv) { return v_floats(conv, conv->parts[0].positions, 1); }
