// From V in float32 to V in 8 bits. Before it is included: INT8_NAME.

// The largest magnitude among lines that lie `step` floats apart, as bits: NaN and infinity are larger than
// any number.
R2_INLINE int32_t INT8_NAME(largest)(const float *line, ptrdiff_t step, int lines) {
  vi most = 0;
  for (int n = 0; n < lines; n++, line += step)
    R2_EACH_PART(part) {
      vi bits = (vi)LOAD(line + part) & 0x7FFFFFFF;
      most = bits > most ? bits : most;
    }
  return __builtin_reduce_max(most);
}

// Scales of values up to `bits`, and the factors that make integers of them. Numbers near the smallest count
// as 0: nothing is divided by them. What is not finite becomes NaN.
R2_INLINE void INT8_NAME(scales_of)(const int32_t *bits, float limit, float *scale, float *factor) {
  for (int i = 0; i < R2_QUANTIZED_TILES; i += LANES) {
    vf largest = LOAD((const float *)bits + i), worth = largest * (1 / limit), inverse = limit / largest;
    vi is_finite = (vi)largest < 0x7F800000, counts = is_finite & (largest > 0x1p-100f);
    STORE(factor + i, counts ? inverse : (vf)0);
    STORE(scale + i, counts ? worth : is_finite ? (vf)0 : (vf)NAN);
  }
}

// A number added to 1.5 · 2²³ is rounded to an integer, half to even, which the lowest byte then holds. None
// lies below `magic` minus its offset, whatever a caller has promised.
R2_INLINE vi INT8_NAME(rounded)(const float *from, float factor, float magic) {
  vf value =
      __builtin_elementwise_fma(LOAD(from), (vf)factor, (vf)magic);  // the same bits on every instruction set
  return magic > 12582912.0f ? (vi)value : (vi)(value < magic ? (vf)magic : value);
}

// Four blocks to one line.
R2_INLINE void INT8_NAME(whole_line)(const float *from, ptrdiff_t block, float factor, float magic,
                                     float *to) {
  R2_EACH_PART(part) {
    vi q0 = INT8_NAME(rounded)(from + part, factor, magic) & 255,
       q1 = INT8_NAME(rounded)(from + block + part, factor, magic) & 255;
    vi q2 = INT8_NAME(rounded)(from + 2 * block + part, factor, magic) & 255,
       q3 = INT8_NAME(rounded)(from + 3 * block + part, factor, magic) & 255;
    STORE(to + part, (vf)(q0 | q1 << 8 | q2 << 16 | q3 << 24));
  }
}

// One block to a quarter of a line.
R2_INLINE void INT8_NAME(quarter_line)(const float *from, float factor, const float magic, uint8_t *to) {
  R2_EACH_PART(part)
    *(vb_memory *)(to + part) = __builtin_convertvector(INT8_NAME(rounded)(from + part, factor, magic), vb);
}

R2_INLINE void INT8_NAME(integers)(const r2_quantization *q, const r2_transformed *from, const float *first,
                                   const r2_transformed *to, float *line, float factor, const float magic) {
  for (int segment = 0; segment < q->segments; segment++)
    for (int frame = 0; frame < q->frames; frame++) {
      const float *source = first + segment * from->segment + frame * from->frame;
      float *target = line + segment * to->segment + frame * to->frame;
      int block = 0;
      for (; block + 4 <= q->blocks; block += 4, source += 4 * from->chunk, target += to->chunk)
        INT8_NAME(whole_line)(source, from->chunk, factor, magic, target);
      for (int quarter = 0; block < q->blocks; block++, quarter++, source += from->chunk)
        INT8_NAME(quarter_line)(source, factor, magic, (uint8_t *)target + quarter * R2_BLOCK);
    }
}

// One position of all tiles. Each step goes through all of them, so that none waits for the one before.
R2_INLINE void INT8_NAME(quantize_position)(const r2_quantization *q, const r2_transformed *from,
                                            const float *first, const r2_transformed *to, float *line,
                                            float *scale, const float magic, const float limit) {
  int32_t bits[R2_QUANTIZED_TILES] = {0};
  float factor[R2_QUANTIZED_TILES], worth[R2_QUANTIZED_TILES];
  int lines = q->segments * q->blocks * q->frames;
  for (int tile = 0; tile < q->tiles; tile++)
    bits[tile] = INT8_NAME(largest)(first + (ptrdiff_t)tile * R2_BLOCK, from->frame, lines);
  INT8_NAME(scales_of)(bits, limit, worth, factor);
  memcpy(scale, worth, (size_t)q->tiles * sizeof(float));
  for (int tile = 0; tile < q->tiles; tile++) {
    ptrdiff_t at = (ptrdiff_t)tile * R2_BLOCK;
    INT8_NAME(integers)(q, from, first + at, to, line + at, factor[tile], magic);
  }
}

static void INT8_NAME(quantize)(const r2_quantization *q, const r2_transformed *from,
                                const r2_transformed *to, float *scale) {
  R2_ASSERT(q->tiles > 0 && q->tiles <= R2_QUANTIZED_TILES && q->positions > 0);
  R2_ASSERT(from->chunk == q->frames * from->frame && from->segment == q->blocks * from->chunk);  // no gaps
  R2_ASSERT(q->segments > 0 && q->blocks > 0 && q->frames > 0 && (q->offset == 0 || q->offset == 128));
  for (int position = 0; position < q->positions; position++) {
    const float *source = from->base + position * from->position;
    float *target = to->base + position * to->position, *scales = scale + position * q->scale_position;
    if (q->offset)
      INT8_NAME(quantize_position)(q, from, source, to, target, scales, 12582912.0f + 128, 127);
    else
      INT8_NAME(quantize_position)(q, from, source, to, target, scales, 12582912.0f, 255);
  }
}
