#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c/buf.h"
#include "c/memory.h"

#define VERB_NAME(id, name, args) name,
#define VERB_ARGS(id, name, args) args,
static const char *const names[] = {VERBS(VERB_NAME)};
static const char *const shapes[] = {VERBS(VERB_ARGS)};

/* Of an argument; any other is text. */
enum { SHAPE_NUMBER = 'n', SHAPE_HEX = 'x' };

static const char MAGIC[] = "oci-ref-plan 1\n";

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Decodes %XX in place; `%` alone is the empty string. A zero byte cannot be in a C string: refused. */
static bool decode(char *word) {
  if (!strcmp(word, "%")) {
    *word = 0;
    return true;
  }
  char *out = word;
  for (const char *in = word; *in; in++) {
    if (*in != '%') {
      *out++ = *in;
      continue;
    }
    int high = hex_digit(in[1]), low = high < 0 ? -1 : hex_digit(in[2]);
    if (low < 0 || (high == 0 && low == 0)) return false;
    *out++ = (char)(high * 16 + low);
    in += 2;
  }
  *out = 0;
  return true;
}

/* Up to 2^64 - 1: what is above the signed range keeps its bits. */
static bool to_number(const char *text, int64_t *out) {
  char *end;
  if (!((*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9'))) return false;
  errno = 0;
  *out = *text == '-' ? strtoll(text, &end, 10) : (int64_t)strtoull(text, &end, 10);
  return errno == 0 && *end == 0;
}

static bool is_hex(const char *text) {
  size_t n = 0;
  for (; text[n]; n++)
    if (hex_digit(text[n]) < 0) return false;
  return n % 2 == 0;
}

static int verb_of(const char *name) {
  for (int i = 0; i < VERB_COUNT; i++)
    if (!strcmp(names[i], name)) return i;
  return -1;
}

/* One line, which is cut into its words. Returns NULL or what is wrong. */
static const char *parse_line(char *line, struct step *step) {
  char *words[MAX_ARGS + 2];
  size_t count = 0;
  for (char *save, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    if (count == MAX_ARGS + 2) return "too many words";
    words[count++] = word;
  }
  if (count < 2 || *words[count - 1] != '@') return "a line is a verb, its arguments, and @property";
  int verb = verb_of(words[0]);
  if (verb < 0) return "unknown verb";
  const char *shape = shapes[verb];
  if (strlen(shape) != count - 2) return "wrong number of arguments";
  *step = (struct step){.verb = (enum verb)verb, .mount = -1};
  if (!decode(words[count - 1] + 1)) return "bad escape";
  step->from = words[count - 1] + 1;
  for (size_t i = 0; i < count - 2; i++) {
    if (!decode(words[i + 1])) return "bad escape";
    step->text[i] = words[i + 1];
    if (shape[i] == SHAPE_NUMBER && !to_number(words[i + 1], &step->number[i])) return "not a number";
    if (shape[i] == SHAPE_HEX && !is_hex(words[i + 1])) return "not hexadecimal";
  }
  return NULL;
}

char *plan_parse(struct plan *plan, char *text, size_t length) {
  *plan = (struct plan){.text = text};
  const size_t magic = sizeof MAGIC - 1;
  if (length < magic || memcmp(text, MAGIC, magic) || memchr(text, 0, length) || text[length - 1] != '\n') {
    plan_free(plan);
    return xstrdup("not a plan of version 1");
  }
  size_t lines = 0;
  for (size_t i = magic; i < length; i++) lines += text[i] == '\n';
  plan->steps = xmalloc((lines + 1) * sizeof *plan->steps);
  for (char *line = text + magic; line < text + length;) {
    char *newline = strchr(line, '\n');
    *newline = 0;
    const char *wrong = parse_line(line, &plan->steps[plan->count]);
    if (wrong) {
      char *message = format("line %zu of the plan: %s", plan->count + 2, wrong);
      plan_free(plan);
      return message;
    }
    plan->count++;
    line = newline + 1;
  }
  return NULL;
}

void plan_free(struct plan *plan) {
  free(plan->text);
  free(plan->steps);
  *plan = (struct plan){0};
}

const struct step *plan_find(const struct plan *plan, enum verb verb) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->steps[i].verb == verb) return &plan->steps[i];
  return NULL;
}

const struct step *plan_find_named(const struct plan *plan, enum verb verb, const char *first) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->steps[i].verb == verb && !strcmp(plan->steps[i].text[0], first)) return &plan->steps[i];
  return NULL;
}

struct step *plan_next(const struct plan *plan, const struct step *s, enum verb verb) {
  size_t next = (size_t)(s - plan->steps) + 1;
  return next < plan->count && plan->steps[next].verb == verb ? &plan->steps[next] : NULL;
}

bool plan_has_namespace(const struct plan *plan, const char *type) {
  return plan_find_named(plan, V_NAMESPACE, type) || plan_find_named(plan, V_JOIN, type);
}

void *unhex(const char *hex, size_t *length) {
  *length = strlen(hex) / 2;
  unsigned char *bytes = xmalloc(*length);
  for (size_t i = 0; i < *length; i++) bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) * 16 + hex_digit(hex[2 * i + 1]));
  return bytes;
}
