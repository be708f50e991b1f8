// From V in float32 to V in 8 bits. Before it is included: INT8_NAME.

// The largest magnitude of one tile and position, as bits: NaN and infinity are larger than any number.
R2_INLINE uint32_t INT8_NAME(largest)(const r2_quantization *q, const r2_transformed *from,
                                      const float *first) {
  vi most = 0;
  for (int segment = 0; segment < q->segments; segment++)
    for (int block = 0; block < q->blocks; block++) {
      const float *line = first + segment * from->segment + block * from->chunk;
      for (int frame = 0; frame < q->frames; frame++, line += from->frame)
        R2_EACH_PART(part) {
          vi bits = (vi)LOAD(line + part) & 0x7FFFFFFF;
          most = bits > most ? bits : most;
        }
    }
  return (uint32_t)__builtin_reduce_max(most);
}

// Scale and factor of values up to `bits`. Nothing is divided by numbers near the smallest: they count as 0.
R2_INLINE float INT8_NAME(scale_of)(uint32_t bits, int offset, float *factor) {
  float largest, limit = offset ? 127 : 255;
  memcpy(&largest, &bits, sizeof largest);
  *factor = largest > 0x1p-100f && bits < 0x7F800000 ? limit / largest : 0;
  return bits >= 0x7F800000 ? NAN : largest > 0x1p-100f ? largest * (1 / limit) : 0;
}

// A number added to 1.5 · 2²³ is rounded to an integer, half to even, which the lowest byte then holds. None
// lies below `magic` minus its offset, whatever a caller has promised.
R2_INLINE vi INT8_NAME(rounded)(const float *from, float factor, float magic) {
  vf value = LOAD(from) * factor + magic;
  return (vi)(value < 12582912.0f ? (vf)12582912.0f : value);
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
R2_INLINE void INT8_NAME(quarter_line)(const float *from, float factor, float magic, uint8_t *to) {
  R2_EACH_PART(part)
    *(vb_memory *)(to + part) = __builtin_convertvector(INT8_NAME(rounded)(from + part, factor, magic), vb);
}

R2_INLINE void INT8_NAME(quantize_position)(const r2_quantization *q, const r2_transformed *from,
                                            const float *first, const r2_transformed *to, float *line,
                                            float *scale) {
  float factor, magic = 12582912.0f + (float)q->offset;
  *scale = INT8_NAME(scale_of)(INT8_NAME(largest)(q, from, first), q->offset, &factor);
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

static void INT8_NAME(quantize)(const r2_quantization *q, const r2_transformed *from,
                                const r2_transformed *to, float *scale) {
  R2_ASSERT(q->tiles > 0 && q->positions > 0 && q->segments > 0 && q->blocks > 0 && q->frames > 0);
  R2_ASSERT(q->offset == 0 || q->offset == 128);
  for (int position = 0; position < q->positions; position++)
    for (int tile = 0; tile < q->tiles; tile++) {
      ptrdiff_t at = (ptrdiff_t)tile * R2_BLOCK;
      INT8_NAME(quantize_position)(q, from, from->base + position * from->position + at, to,
                                   to->base + position * to->position + at,
                                   scale + position * q->scale_position + tile);
    }
}
