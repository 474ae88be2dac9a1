/* A program with its own classes linked in, one a metaclass that sees the calls of the other's instances. */
#include "counting.ih.h"

#include <som_meta.h>
#include <stdio.h>

static int32_t Counting_do_calls(som_ref self, som_env *ev) { return (void)ev, Counting_data(self)->n; }

static uint8_t Counting_do_sommBeforeMethod(som_ref self, som_env *ev, void *a) {
	const som_call *call = (const som_call *)a;
	if (!call->life) Counting_data(self)->n++;
	return Counting_parent_SOMMBeforeAfter_sommBeforeMethod(self, ev, a);
}

static int32_t Cat_do_purr(som_ref self, som_env *ev, int32_t n) { return (void)self, (void)ev, n + 1; }

int main(void) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_class *meta = som_meta_load(&ev) == SOM_OK ? Counting_define(&ev) : NULL, *cats = meta ? Cat_define(&ev) : NULL;
	if (!cats) {
		printf("%s\n", ev.text);
		return 1;
	}
	som_ref cat = Cat_new(&ev);
	int first = Cat_purr(cat, &ev, 1), second = Cat_purr(cat, &ev, 2);
	printf("%d %d calls %d\n", first, second, Counting_calls((som_ref)Cat_class(&ev), &ev));
	som_release(cat);
	return ev.major != SOM_NO_EXCEPTION;
}
