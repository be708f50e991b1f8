#ifndef EMBEDDED_H
#define EMBEDDED_H

/// A file of the checkout that was copied into the binary, so that the binary needs nothing beside it.
typedef struct {
  const unsigned char *bytes;
  unsigned long count;
} embedded_file;

/// labels/kinetics-400.txt: one class a line, in the order of the networks' outputs.
embedded_file embedded_kinetics_400(void);

/// Training/camera-motion.safetensors: the weights of the built-in model, 64-byte aligned.
embedded_file embedded_camera_motion(void);

/// Page/timeline.html, .css and .js: the page that a timeline is shown on, with `{{names}}` where its parts
/// go.
embedded_file embedded_page_html(void);
embedded_file embedded_page_style(void);
embedded_file embedded_page_script(void);

/// Page/evaluation.html and .css: that of an evaluation, whose style goes behind the timeline's.
embedded_file embedded_evaluation_html(void);
embedded_file embedded_evaluation_style(void);

#endif
