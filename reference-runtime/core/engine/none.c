/* In the place of the engine where the build found none. */
#include "../front.h"

enum front_result engine_ask(const char *const *args, struct buf *text) {
  (void)args;
  buf_str(text, "this program was built without it");
  return FRONT_FAILURE;
}
