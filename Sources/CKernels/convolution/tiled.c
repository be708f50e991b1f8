// Winograd in space, on frames that do not meet: the tiles of all frames of all windows are alike.
#include "method.h"

// MARK: shared with the algorithms that fold temporal taps

r2_status r2_tile_output(r2_conv *conv, int taps) {
  const r2_geometry *g = &conv->geometry;
  const r2_tiling *tiling = &conv->tiling;
  // of a phase of stride 2, two taps are of three, and four of a stem's seven
  int kernel = taps == 4 ? 7 : 3, stride = taps == 3 ? 1 : 2;
  if (g->kernel_y != kernel || g->kernel_x != kernel || g->pad_y != kernel / 2 || g->pad_x != kernel / 2 ||
      g->stride_y != stride || g->stride_x != stride)
    return R2_UNFIT_GEOMETRY;
  if (r2_transform_make(tiling->rows, taps, &conv->y) || r2_transform_make(tiling->columns, taps, &conv->x))
    return R2_NO_SUCH_TRANSFORM;
  // tiles are square for the kernels, and no larger than they keep room for
  if (tiling->rows != tiling->columns || conv->y.points > R2_MAX_SIDE) return R2_NO_SUCH_TRANSFORM;
  conv->tiles = (r2_tiles){
      .height = conv->out_height,
      .width = conv->out_width,
      .y = &conv->y,
      .x = &conv->x,
      .rows = r2_divide_up(conv->out_height, tiling->rows),
      .columns = r2_divide_up(conv->out_width, tiling->columns),
  };
  conv->positions = conv->y.points * conv->x.points;
  return R2_OK;
}

int r2_one_group(const r2_conv *conv) { return (void)conv, 1; }

double r2_all_taps(const r2_conv *conv, int number) { return (void)number, conv->geometry.kernel_t; }

// MARK: what both have

static void place(r2_group *group, int number) {
  const r2_conv *conv = group->conv;
  (void)number;
  group->frame = 0;
  group->in.frames = conv->frames * group->windows;
  group->out.frames = conv->out_frames * group->windows;
  group->tiles = conv->tiles.rows * conv->tiles.columns * group->out.frames;
}

static void output(const r2_group *group, r2_range piece, r2_input v, r2_range panels, float *m) {
  r2_product product = r2_product_of(group, piece, v, panels, m);
  r2_sums sums = r2_multiply(group, &product, v, panels);
  r2_finish finish = r2_group_finish(group);
  group->operands->spatial_output(&sums, &group->conv->tiles, piece, &group->out, &finish);
}

static int strips(const r2_conv *conv) { return conv->tiles.rows; }

static r2_range strip_rows(const r2_conv *conv, int number) {
  const r2_tiles *tiles = &conv->tiles;
  int top = number * tiles->y->outputs;
  return (r2_range){top, r2_smaller(tiles->y->outputs, tiles->height - top)};
}

static void strip(r2_group *group, int number, float *scratch) {
  const r2_conv *conv = group->conv;
  place(group, 0);
  int tiles = conv->tiles.columns * group->out.frames;
  for (int n = 0; n < r2_pieces(conv, tiles); n++) {
    r2_range piece = r2_piece(conv, tiles, n);
    piece.first += number * tiles;
    r2_run_piece(group, piece, scratch);
  }
}

// MARK: stride 1

static r2_status prepare_spatial(r2_conv *conv) {
  conv->segments = conv->v_segments = 1;
  return r2_tile_output(conv, 3);
}

static void input_spatial(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  r2_transformed to = r2_transformed_of(group->conv, v);
  group->operands->spatial_input(&group->in, &group->conv->tiles, piece, blocks, &to);
}

static void pack_spatial(const r2_packing *packing, int i) {
  double filter[9 * R2_BLOCK];
  r2_filter(packing, i, 0, 9, filter);
  r2_pack_square(packing, filter, 3, 0, i);
}

const r2_method r2_method_spatial = {
    .prepare = prepare_spatial,
    .groups = r2_one_group,
    .spans_windows = 1,
    .place = place,
    .input = input_spatial,
    .output = output,
    .strips = strips,
    .strip_rows = strip_rows,
    .strip = strip,
    .taps = r2_all_taps,
    .pack = pack_spatial,
};

// MARK: the stem: stride 1 on what already are the four phases

const r2_method r2_method_stem = {
    .prepare = r2_stem_prepare,
    .groups = r2_one_group,
    .spans_windows = 1,
    .place = place,
    .input = input_spatial,
    .output = output,
    .strips = strips,
    .strip_rows = strip_rows,
    .strip = strip,
    .taps = r2_all_taps,
    .pack = r2_stem_pack,
};

// MARK: stride 2, on the four phases
//
// Even rows meet one tap of three, odd rows two, and likewise columns. A filter of one tap has nothing at the
// point ∞: a position there, which is the last of its row or column, sums the phases with two taps alone.

static int at_infinity_y(const r2_conv *conv, int position) {
  return position / conv->x.points == conv->y.points - 1;
}
static int at_infinity_x(const r2_conv *conv, int position) {
  return position % conv->x.points == conv->x.points - 1;
}

// Phases 0 and 1 have two taps along rows, 0 and 2 along columns; the weights of the latter lie side by side
// where no others are wanted.
static void narrow_polyphase(const r2_conv *conv, int position, r2_product *product) {
  int y = at_infinity_y(conv, position), x = at_infinity_x(conv, position);
  product->segments = 4 >> (y + x);
  if (x) product->segment_stride *= 2;
}

static double taps_polyphase(const r2_conv *conv, int number) {
  int positions = conv->positions, segments = 0;
  (void)number;
  for (int position = 0; position < positions; position++)
    segments += 4 >> (at_infinity_y(conv, position) + at_infinity_x(conv, position));
  return (double)segments / (4 * positions);
}

static r2_status prepare_polyphase(r2_conv *conv) {
  conv->segments = conv->v_segments = 4;
  return r2_tile_output(conv, 2);
}

static void input_polyphase(const r2_group *group, r2_range piece, r2_range blocks, r2_input v) {
  r2_transformed to = r2_transformed_of(group->conv, v);
  group->operands->polyphase_input(&group->in, &group->conv->tiles, piece, blocks, &to);
}

// Where columns are at ∞, phase 2 takes the place of phase 1, whose weights are zero there.
static void pack_phase(const r2_packing *packing, const double *two, int phase, int i) {
  static const int place[4] = {0, 2, 1, 3};
  const r2_conv *conv = packing->conv;
  double square[R2_MAX_SIDE * R2_MAX_SIDE * R2_BLOCK];
  r2_transform_square(packing, two, 2, square);
  for (int position = 0; position < packing->y->points * packing->x->points; position++)
    r2_store(packing, position, at_infinity_x(conv, position) ? place[phase] : phase, i,
             square + position * R2_BLOCK);
}

static void pack_polyphase(const r2_packing *packing, int i) {
  double filter[9 * R2_BLOCK], two[4 * R2_BLOCK];
  r2_filter(packing, i, 0, 9, filter);
  for (int phase = 0; phase < 4; phase++) {
    r2_phase_filter(filter, phase, two);
    pack_phase(packing, two, phase, i);
  }
}

const r2_method r2_method_polyphase = {
    .prepare = prepare_polyphase,
    .groups = r2_one_group,
    .spans_windows = 1,
    .place = place,
    .input = input_polyphase,
    .output = output,
    .narrow = narrow_polyphase,
    .taps = taps_polyphase,
    .pack = pack_polyphase,
};
