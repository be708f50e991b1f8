#!/usr/bin/env python3
"""Five windows of 16 samples, 15 a second, decoded by torchcodec in its approximate mode; what was read of the file.

  torchcodec_frames.py FILM        wants torchcodec; `measure.py` with PEER runs it in turns with the program
"""
import sys

from torchcodec.decoders import VideoDecoder

decoder = VideoDecoder(sys.argv[1], seek_mode="approximate", num_ffmpeg_threads=2)
seconds = decoder.metadata.num_frames / decoder.metadata.average_fps
last = int(seconds * 15) - 16
decoder.get_frames_played_at([(window * last // 4 + sample) / 15 for window in range(5) for sample in range(16)])
with open("/proc/self/io") as counts:
    print(next(line for line in counts if line.startswith("rchar")).split()[1])
