/* back.c: calls from C to Go, and what Go calls by hand. */
#include "calls.h"

#include "_cgo_export.h"
#include "som.h"

#include <stdlib.h>
#include <string.h>

static struct {
	som_classdata c;
	som_tok m[2];
} hound;

typedef int64_t speak_proc(som_ref, som_env *, int64_t);
typedef char *called_proc(som_ref, som_env *, const char *);

int back_begin(void) {
	static const char *const names[] = {"speak", "called"};
	const som_binding b = {.size_of = sizeof b, .cls = "Hound", .methods = names, .nmethods = 2};
	return som_class_bind(&b, &hound.c, NULL);
}

void back_speak(uintptr_t o, int64_t times) {
	som_env ev = {0};
	while (times-- > 0 && !ev.major)
		((speak_proc *)som_resolve((som_ref)o, hound.m[0]))((som_ref)o, &ev, times);
	som_env_clear(&ev);
}

void back_called(uintptr_t o, const char *by, int64_t times) {
	som_env ev = {0};
	while (times-- > 0 && !ev.major)
		som_deallocate(((called_proc *)som_resolve((som_ref)o, hound.m[1]))((som_ref)o, &ev, by));
	som_env_clear(&ev);
}

void hand_speak(int64_t times) {
	while (times-- > 0)
		goSpeak(times);
}

void hand_method(uintptr_t object, int64_t times) {
	int failed = 0;
	while (times-- > 0 && !failed)
		goMethod(object, &failed, times);
}

void hand_called(const char *by, int64_t times) {
	while (times-- > 0)
		free(goCalled((char *)by));
}

int64_t c_speak(int64_t n) { return n + 1; }
char *c_called(const char *by) { return strdup(by); }
