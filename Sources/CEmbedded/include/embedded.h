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

/// Page/page.html: the document around every page, with `{{names}}` where its parts go.
embedded_file embedded_page_html(void);

/// Page/timeline.html, .css and .js: the page that a timeline is shown on. All pages share its style.
embedded_file embedded_timeline_html(void);
embedded_file embedded_timeline_style(void);
embedded_file embedded_timeline_script(void);

/// Page/evaluation.html and .css: that of an evaluation, whose style goes behind the shared one.
embedded_file embedded_evaluation_html(void);
embedded_file embedded_evaluation_style(void);

/// Page/teaching.html: that of what was taught, in the style of an evaluation's.
embedded_file embedded_teaching_html(void);

/// Page/inspection.html and .css: that of an inspection, as an evaluation's.
embedded_file embedded_inspection_html(void);
embedded_file embedded_inspection_style(void);

#endif
