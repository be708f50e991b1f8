// FFmpeg's C interface as Swift imports it: 5.1, 7.1 and 9.0 were built against.
//
// Swift sees functions and plain constants, but neither the macros that compute error codes nor fields that
// come and go between versions. Those differences are all here:
//   - a stream's side data moved into its codec parameters in libavformat 60.15;
//   - what writes to a stream got a constant buffer in libavformat 61;
//   - a frame's duration was `pkt_duration` before libavutil 57.30;
//   - the part of a frame that a container shows is known from libavcodec 61.19 on, tiles of one frame from
//     libavformat 61.1 on;
//   - libswscale 9 made its context a public struct, and its flags an enumeration.
#ifndef R2P1D_CFFMPEG_SHIM_H
#define R2P1D_CFFMPEG_SHIM_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/adler32.h>
#include <libavutil/display.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <string.h>

static const int CFFMPEG_ERROR_EOF = AVERROR_EOF;
static const int CFFMPEG_ERROR_EXIT = AVERROR_EXIT;
static const int CFFMPEG_ERROR_AGAIN = AVERROR(EAGAIN);
static const int CFFMPEG_ERROR_ACCESS = AVERROR(EACCES);
static const int CFFMPEG_ERROR_INVALID = AVERROR(EINVAL);
static const int CFFMPEG_ERROR_IO = AVERROR(EIO);
static const int CFFMPEG_ERROR_NO_SPACE = AVERROR(ENOSPC);
static const int CFFMPEG_ERROR_NO_MEMORY = AVERROR(ENOMEM);

// Whether the muxer of Matroska adds an encoder's delay to the times of sound, as the demuxer takes it off:
// FFmpeg 6.0 and later.
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(59, 31, 100)
static const bool CFFMPEG_MATROSKA_ADDS_DELAY = true;
#else
static const bool CFFMPEG_MATROSKA_ADDS_DELAY = false;
#endif
static const int64_t CFFMPEG_NO_TIME = AV_NOPTS_VALUE;

/// Side data of the stream, or null.
static inline const uint8_t *cffmpeg_stream_side_data(const AVStream *stream, enum AVPacketSideDataType type,
                                                      size_t *size) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData *side =
      av_packet_side_data_get(stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
  *size = side ? side->size : 0;
  return side ? side->data : 0;
#else
  *size = 0;
  return av_stream_get_side_data(stream, type, size);
#endif
}

/// Gives an output's stream the side data of an input's: how it is turned, its mastering display.
static inline int cffmpeg_copy_side_data(AVStream *to, const AVStream *from) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  // Copied with the codec parameters.
  (void)to;
  (void)from;
#else
  for (int i = 0; i < from->nb_side_data; i++) {
    const AVPacketSideData *side = &from->side_data[i];
    uint8_t *data = av_stream_new_side_data(to, side->type, side->size);
    if (!data) return AVERROR(ENOMEM);
    memcpy(data, side->data, side->size);
  }
#endif
  return 0;
}

/// A stream that is written: `write` got a constant buffer with libavformat 61.
static inline AVIOContext *cffmpeg_writing_stream(unsigned char *buffer, int size, void *opaque,
                                                  int (*write)(void *, const uint8_t *, int),
                                                  int64_t (*seek)(void *, int64_t, int)) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  return avio_alloc_context(buffer, size, 1, opaque, 0, write, seek);
#else
  return avio_alloc_context(buffer, size, 1, opaque, 0, (int (*)(void *, uint8_t *, int))write, seek);
#endif
}

/// libswscale's context: a pointer that Swift imports in one way or the other, but always under this name.
typedef struct SwsContext *cffmpeg_scaler;
static const int CFFMPEG_BICUBIC = SWS_BICUBIC;

/// The nine numbers of the stream's display matrix, or null.
static inline const int32_t *cffmpeg_stream_matrix(const AVStream *stream) {
  size_t size;
  const uint8_t *data = cffmpeg_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : 0;
}

/// The stream's Dolby Vision configuration, or null.
static inline const AVDOVIDecoderConfigurationRecord *cffmpeg_dolby_vision(const AVStream *stream) {
  size_t size;
  const uint8_t *data = cffmpeg_stream_side_data(stream, AV_PKT_DATA_DOVI_CONF, &size);
  return data && size >= sizeof(AVDOVIDecoderConfigurationRecord)
             ? (const AVDOVIDecoderConfigurationRecord *)data
             : 0;
}

/// How long a frame is shown, in ticks, as its packet says; 0 if unknown.
static inline int64_t cffmpeg_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

/// What the container cuts off a frame's top, bottom, left and right, four little-endian numbers, or null.
static inline const uint8_t *cffmpeg_stream_crop(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 19, 100)
  const AVPacketSideData *side = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_FRAME_CROPPING);
  return side && side->size >= 4 * sizeof(uint32_t) ? side->data : 0;
#else
  (void)stream;
  return 0;
#endif
}

/// Whether the stream is one of the tiles that make up a picture.
static inline bool cffmpeg_is_tile(const AVFormatContext *context, int stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(61, 1, 100)
  for (unsigned i = 0; i < context->nb_stream_groups; i++) {
    const AVStreamGroup *group = context->stream_groups[i];
    if (group->type != AV_STREAM_GROUP_PARAMS_TILE_GRID) continue;
    for (unsigned tile = 0; tile < group->nb_streams; tile++)
      if (group->streams[tile]->index == stream) return true;
  }
#else
  (void)context;
  (void)stream;
#endif
  return false;
}

/// The nine numbers of the picture's own display matrix, or null.
static inline const int32_t *cffmpeg_frame_matrix(const AVFrame *frame) {
  const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  return side && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : 0;
}

#endif
