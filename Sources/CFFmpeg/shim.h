// FFmpeg's C interface as Swift imports it, from 5.1 to 7.
//
// Swift sees functions and plain constants, but neither the macros that compute error codes nor fields that
// come and go between versions. Those differences are all here:
//   - a stream's side data moved into its codec parameters in libavformat 60.15.
#ifndef R2P1D_CFFMPEG_SHIM_H
#define R2P1D_CFFMPEG_SHIM_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

static const int CFFMPEG_ERROR_EOF = AVERROR_EOF;
static const int CFFMPEG_ERROR_EXIT = AVERROR_EXIT;
static const int CFFMPEG_ERROR_AGAIN = AVERROR(EAGAIN);
static const int CFFMPEG_ERROR_ACCESS = AVERROR(EACCES);
static const int CFFMPEG_ERROR_NO_MEMORY = AVERROR(ENOMEM);
static const int64_t CFFMPEG_NO_TIME = AV_NOPTS_VALUE;

/// The nine numbers of the stream's display matrix, or null.
static inline const int32_t *cffmpeg_stream_matrix(const AVStream *stream) {
  const uint8_t *data = 0;
  size_t size = 0;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData *side = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  if (side) {
    data = side->data;
    size = side->size;
  }
#else
  data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
  return size >= 9 * sizeof(int32_t) ? (const int32_t *)data : 0;
}

/// The nine numbers of the picture's own display matrix, or null.
static inline const int32_t *cffmpeg_frame_matrix(const AVFrame *frame) {
  const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  return side && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : 0;
}

#endif
