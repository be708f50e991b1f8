// From products to activations: output transforms with bias, residual and ReLU. Before it is included:
// M_NAME, and M_SCALED, 1 where they are integers with scales.

// The products of a panel, from one tile and one of its lanes on; for integers, what makes floats of them.
typedef struct {
  r2_strided m;
#if M_SCALED
  const float *u_scale, *v_scale;
#endif
} M_NAME(source);

R2_INLINE M_NAME(source) M_NAME(source_at)(const r2_sums *sums, int panel, int tile, int part) {
  int n = panel - sums->panels.first;
  const float *m = sums->base + n * sums->panel + (ptrdiff_t)tile * R2_BLOCK + part;
  return (M_NAME(source)){
      .m = r2_strided_at(m, sums->position),
#if M_SCALED
      .u_scale = sums->u_scale + n * sums->u_panel + part,
      .v_scale = sums->v_scale + tile * sums->v_tile,
#endif
  };
}

// `count` products that lie `step` positions apart, the first of them that of position `first`: line[i] and,
// where the caller has still to multiply by them, factors; NULL where not.
R2_INLINE const vf *M_NAME(load_line)(const M_NAME(source) * source, const r2_strided *m, const int first,
                                      const int step, const int count, vf *line, vf *factor) {
  R2_EACH(i, count) {
    vf value = LOAD(r2_step(m, i));
#if M_SCALED
    const int k = first + i * step;
    line[i] = __builtin_convertvector((vi)value, vf) * source->v_scale[k];
    factor[i] = LOAD(source->u_scale + k * R2_BLOCK);
#else
    line[i] = value;
#endif
  }
  return M_SCALED ? factor : NULL;
}

// A row of outputs from what the columns have become, and where each goes.
#define OUTPUT_ROW(Y, PX, MX, QX, ZX, STORE_ONE)                   \
  {                                                                \
    vf row[MX];                                                    \
    output_line(half + (Y) * PX, NULL, row, 1, tx, ZX, QX, 1, MX); \
    R2_EACH(x, MX) {                                               \
      ptrdiff_t at = (Y) * pitch + x * R2_BLOCK;                   \
      STORE_ONE;                                                   \
    }                                                              \
  }

#define OUTPUT_PATCH(PY, MY, QY, ZY, PX, MX, QX, ZX)                                                \
  R2_INLINE void M_NAME(R2_PASTE(output_patch_##PY, PX))(                                           \
      const M_NAME(source) * m, const r2_transform *ty, const r2_transform *tx, vf bias, float *to, \
      const float *residual, ptrdiff_t pitch, int rows, int columns, int relu) {                    \
    vf half[MY * PX];                                                                               \
    r2_strided column = r2_strided_by(m->m.base, PX * m->m.one);                                    \
    R2_EACH(x, PX) {                                                                                \
      vf line[PY], factors[PY];                                                                     \
      const vf *factor = M_NAME(load_line)(m, &column, x, PX, PY, line, factors);                   \
      output_line(line, factor, half + x, PX, ty, ZY, QY, 1, MY);                                   \
      column.base += m->m.one;                                                                      \
    }                                                                                               \
    if (rows == MY && columns == MX && relu && !residual) {                                         \
      R2_EACH(y, MY) OUTPUT_ROW(y, PX, MX, QX, ZX, STORE(to + at, RELU(row[x] + bias)))             \
    } else {                                                                                        \
      for (int y = 0; y < rows; y++)                                                                \
        OUTPUT_ROW(y, PX, MX, QX, ZX,                                                               \
                   if (x < columns)                                                                 \
                       finish_store(row[x] + bias, to + at, residual ? residual + at : NULL, relu)) \
    }                                                                                               \
  }

OUTPUT_PATCH(3, 2, 1, 0, 3, 2, 1, 0)
OUTPUT_PATCH(4, 2, 1, 1, 4, 2, 1, 1)
OUTPUT_PATCH(5, 4, 2, 0, 5, 4, 2, 0)
OUTPUT_PATCH(6, 4, 2, 1, 6, 4, 2, 1)
OUTPUT_PATCH(7, 4, 3, 0, 7, 4, 3, 0)
OUTPUT_PATCH(9, 7, 4, 0, 9, 7, 4, 0)
#undef OUTPUT_PATCH
#undef OUTPUT_ROW

R2_INLINE void M_NAME(output_patch)(const M_NAME(source) * m, const r2_transform *ty, const r2_transform *tx,
                                    vf bias, float *to, const float *residual, ptrdiff_t pitch, int rows,
                                    int columns, int relu, const int points) {
#define CASE(POINTS)                                                                                     \
  case POINTS:                                                                                           \
    M_NAME(R2_PASTE(output_patch_##POINTS, POINTS))(m, ty, tx, bias, to, residual, pitch, rows, columns, \
                                                    relu);                                               \
    break;
  switch (points) { CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(9) }
#undef CASE
}

// Strides come by value, or every activation written could be one of them.
R2_INLINE void M_NAME(output_tiles)(const r2_sums sums, const r2_tiles tiles, r2_range range,
                                    const r2_view out, const r2_finish finish, const r2_view residuals,
                                    const int points) {
  const int my = tiles.y->outputs, mx = tiles.x->outputs;
  const ptrdiff_t pitch = (ptrdiff_t)out.width * R2_BLOCK;
  for (int p = sums.panels.first; p < sums.panels.first + sums.panels.count; p++) {
    r2_tile tile = r2_tile_at(&tiles, out.frames, range.first);
    for (int i = 0; i < range.count; i++, r2_tile_next(&tiles, out.frames, &tile)) {
      int y = tile.row * my, x = tile.column * mx;
      int rows = tiles.height - y < my ? tiles.height - y : my;
      int columns = tiles.width - x < mx ? tiles.width - x : mx;
      float *to = view_at(&out, tile.frame, p, y, x);
      const float *residual = finish.residual ? view_at(&residuals, tile.frame, p, y, x) : NULL;
      R2_FOR_PART(part) {
        vf bias = finish.bias ? LOAD(finish.bias + p * R2_BLOCK + part) : (vf)0;
        M_NAME(source) m = M_NAME(source_at)(&sums, p, i, part);
        M_NAME(output_patch)(&m, tiles.y, tiles.x, bias, to + part, residual ? residual + part : NULL, pitch,
                             rows, columns, finish.relu, points);
      }
    }
  }
}

static void M_NAME(spatial_output)(const r2_sums *sums, const r2_tiles *tiles, r2_range range,
                                   const r2_view *out, const r2_finish *finish) {
  const r2_view residual = finish->residual ? *finish->residual : *out;
  R2_ASSERT(tiles->y->points == tiles->x->points);
#define CASE(POINTS) \
  case POINTS: M_NAME(output_tiles)(*sums, *tiles, range, *out, *finish, residual, POINTS); break;
  switch (tiles->y->points) { CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(9) }
#undef CASE
}

// The product of one position.
R2_INLINE vf M_NAME(one_product)(const M_NAME(source) * m, const int position) {
  vf line, factor;
  r2_strided at = m->m;
  at.base = (const char *)r2_step(&m->m, position);
  const vf *scale = M_NAME(load_line)(m, &at, position, 1, 1, &line, &factor);
  return scale ? line * *scale : line;
}

// Two frames, both borders: see winograd.c. What they share takes the bias.
R2_INLINE void M_NAME(pair_output)(const M_NAME(source) * m, vf bias, vf *y) {
  vf shared = M_NAME(one_product)(m, 0) + bias;
  y[0] = shared + M_NAME(one_product)(m, 1);
  y[1] = shared + M_NAME(one_product)(m, 2);
}

// Pixels of a panel, by one transform, whose numbers are known to the compiler; of one point where there is
// none. Strides come by value, as above.
R2_INLINE void M_NAME(output_pixels)(const r2_sums sums, int panel, const r2_transform *t, int count,
                                     const r2_frames to, const float *biases, const int frames,
                                     const int relu, const int points, const int outputs, const int zero,
                                     const int pairs) {
  for (int i = 0; i < count; i++) {
    R2_FOR_PART(part) {
      vf bias = biases ? LOAD(biases + part) : (vf)0;
      const ptrdiff_t at = (ptrdiff_t)i * R2_BLOCK + part;
      M_NAME(source) m = M_NAME(source_at)(&sums, panel, i, part);
      vf w[R2_MAX_POINTS], factors[R2_MAX_POINTS], y[R2_MAX_POINTS];
      if (points == 1) {
        y[0] = M_NAME(one_product)(&m, 0);
      } else if (points == 3) {
        M_NAME(pair_output)(&m, bias, y);
      } else {
        const vf *factor = M_NAME(load_line)(&m, &m.m, 0, 1, points, w, factors);
        output_line(w, factor, y, 1, t, zero, pairs, 1, outputs);
      }
      R2_EACH(k, outputs) {
        if (k < frames)
          finish_store(points == 3 ? y[k] : y[k] + bias, to.to + k * to.frame + at,
                       to.residual ? to.residual + k * to.residual_frame + at : NULL, relu);
      }
    }
  }
}

// Whole tiles with ReLU, with a residual and without, are what there is most of.
#define OUTPUT_PIXELS(P, M, Z, Q, I)                                                               \
  {                                                                                                \
    const r2_frames plain = {.to = f.to, .frame = f.frame};                                        \
    if (frames < M || !finish->relu)                                                               \
      M_NAME(output_pixels)(*sums, p, t, pixels.count, f, bias, frames, finish->relu, P, M, Z, Q); \
    else if (f.residual)                                                                           \
      M_NAME(output_pixels)(*sums, p, t, pixels.count, f, bias, M, 1, P, M, Z, Q);                 \
    else                                                                                           \
      M_NAME(output_pixels)(*sums, p, t, pixels.count, plain, bias, M, 1, P, M, Z, Q);             \
  }

// The outputs of `frames` frames, from `start` on.
R2_INLINE void M_NAME(output_frames)(const r2_sums *sums, const r2_transform *t, int start, int frames,
                                     r2_range pixels, const r2_view *out, const r2_finish *finish) {
  for (int p = sums->panels.first; p < sums->panels.first + sums->panels.count; p++) {
    const r2_frames f = r2_frames_at(out, finish->residual, start, p, pixels.first);
    const float *bias = finish->bias ? finish->bias + p * R2_BLOCK : NULL;
    if (!t)
      OUTPUT_PIXELS(1, 1, 0, 0, 0)
    else if (t->points == 3)
      OUTPUT_PIXELS(3, 2, 0, 0, 0)
    else
      FOR_TRANSFORM(t, OUTPUT_PIXELS)
  }
}
#undef OUTPUT_PIXELS

static void M_NAME(temporal_output)(const r2_sums *sums, const r2_transform *t, int start, r2_range pixels,
                                    const r2_view *out, const r2_finish *finish) {
  int frames = out->frames - start < t->outputs ? out->frames - start : t->outputs;
  M_NAME(output_frames)(sums, t, start, frames, pixels, out, finish);
}

static void M_NAME(direct_output)(const r2_sums *sums, int frame, r2_range pixels, const r2_view *out,
                                  const r2_finish *finish) {
  M_NAME(output_frames)(sums, NULL, frame, 1, pixels, out, finish);
}
