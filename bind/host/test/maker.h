/* maker.h: for tests of bindings: who knows a class by its name alone (maker.c). */
#include <som.h>

int64_t speak_once(const char *name, int64_t n, som_env *ev);
int define_showing(const char *name, const char *parent);
void watch_showing(void *by, int undo, void *instead);
int define_twofold(const char *name, const char *metaclass, const char *parent);
void drop_first(void);
int define_borrowing(const char *name, const char *parent);
void borrow_now(void *from);
const char *borrowed(void);
long in_use(void);
