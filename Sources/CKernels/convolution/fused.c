// Two convolutions run as one, strip of rows by strip: a spatial one (or a stem) and the temporal one behind
// it.
#include "method.h"

typedef struct {
  const r2_conv *first, *second;
  const r2_run *run;
  const r2_view *in, *out, *residual;
} fused_task;

int r2_conv_fuses(const r2_conv *first, const r2_conv *second) {
  const r2_geometry *g = &second->geometry;
  return first->method->strip && !second->by_channels && g->kernel_y == 1 && g->kernel_x == 1 &&
         g->stride_y == 1 && g->stride_x == 1 && g->pad_y == 0 && g->pad_x == 0;
}

static size_t strip_floats(const r2_conv *first, int rows) {
  return (size_t)first->out_frames * (size_t)first->panels * (size_t)rows * (size_t)first->out_width *
         R2_BLOCK;
}

// `second` on the rows of a strip.
static void run_second(const fused_task *task, int window, const r2_view *strip, float *scratch) {
  const r2_conv *second = task->second;
  ptrdiff_t top = (ptrdiff_t)strip->top * second->out_width * R2_BLOCK;
  r2_view none = {0}, out = r2_shifted(task->out, top);
  r2_view residual = task->residual ? r2_shifted(task->residual, top) : none;
  r2_group group = r2_group_of(second, task->run, window, &none, &out, task->residual ? &residual : NULL);
  group.in = *strip;
  group.in.top = 0;
  int tiles = strip->height * strip->width;
  for (int number = 0; number < second->method->groups(second); number++) {
    second->method->place(&group, number);
    for (int n = 0; n < r2_pieces(second, tiles); n++)
      r2_run_piece(&group, r2_piece(second, tiles, n), scratch);
  }
}

static void run_strip(void *context, int item, int thread) {
  const fused_task *task = context;
  const r2_conv *first = task->first;
  const r2_method *method = first->method;
  int strips = method->strips(first), window = item / strips, number = item % strips;
  r2_range rows = method->strip_rows(first, number);
  float *scratch = r2_own_scratch(task->run, thread);
  r2_view strip = {
      .base = scratch,
      .frames = first->out_frames,
      .height = rows.count,
      .width = first->out_width,
      .top = rows.first,
      .plane = (ptrdiff_t)rows.count * first->out_width * R2_BLOCK,
  };
  strip.frame = strip.plane * first->panels;
  scratch += strip_floats(first, rows.count);
  r2_group group = r2_group_of(first, task->run, window, task->in, &strip, NULL);
  group.out = strip;
  method->strip(&group, number, scratch);
  run_second(task, window, &strip, scratch);
}

void r2_conv_run_fused(const r2_conv *first, const r2_conv *second, const r2_run *run, const r2_view *in,
                       const r2_view *out, const r2_view *residual) {
  fused_task task = {
      .first = first, .second = second, .run = run, .in = in, .out = out, .residual = residual};
  r2_team_run(run->team, first->method->strips(first) * run->windows, run_strip, &task);
}

size_t r2_conv_fused_floats(const r2_conv *first, const r2_conv *second) {
  size_t a = r2_conv_thread_floats(first), b = r2_conv_thread_floats(second);
  return strip_floats(first, first->method->strip_rows(first, 0).count) + (a > b ? a : b);
}
