/* Calls with packed arguments, made by the compiler and at run time. */
#include <hello.h>

static long by_list(SOMObject *o, SOMClass *c, int how, somId id, ...)
{
	va_list ap;
	somToken ret = NULL;
	somMethodData md;
	boolean done = FALSE;
	va_start(ap, id);
	if (how == 0) done = _somDispatch(o, &ret, id, ap);
	if (how == 1) done = _somClassDispatch(o, c, &ret, id, ap);
	if (how == 2) done = _somGetMethodData(c, id, &md) && somApply(o, &ret, &md, ap);
	va_end(ap);
	return done ? (long)(intptr_t)ret : -1;
}

static long at_run_time(SOMObject *o, Environment *ev, somId id, char *memory, int size)
{
	short a = 1;
	float b = 2;
	double c = 3;
	char d = 4, text[] = "eight...", *h = text;
	boolean e = 5;
	octet f = 6;
	integer4 g = -7;
	somToken ret = NULL;
	va_list ap;
	somVaBuf buffer = somVaBuf_create(memory, size);
	somVaBuf_add(buffer, (char *)&o, tk_pointer);
	somVaBuf_add(buffer, (char *)&ev, tk_pointer);
	somVaBuf_add(buffer, (char *)&a, tk_short);
	somVaBuf_add(buffer, (char *)&b, tk_float);
	somVaBuf_add(buffer, (char *)&c, tk_double);
	somVaBuf_add(buffer, &d, tk_char);
	somVaBuf_add(buffer, (char *)&e, tk_boolean);
	somVaBuf_add(buffer, (char *)&f, tk_octet);
	somVaBuf_add(buffer, (char *)&g, tk_long);
	somVaBuf_add(buffer, (char *)&h, tk_string);
	somVaBuf_add(buffer, (char *)&o, tk_objref);
	if (somVaBuf_add(buffer, (char *)&o, tk_any)) return -2;
	somVaBuf_get_valist(buffer, &ap);
	if (somvalistGetTarget(ap) != o) return -3;
	somvalistSetTarget(ap, NULL);
	if (somvalistGetTarget(ap) != NULL) return -4;
	somvalistSetTarget(ap, o);
	boolean done = _somDispatch(o, &ret, id, ap);
	somVaBuf_destroy(buffer);
	return done ? (long)(intptr_t)ret : -1;
}

static int32_t tripled(SOMObject *o, Environment *ev, int32_t n) { return (void)o, (void)ev, 3 * n; }

static SOMObject *target(int n, ...)
{
	va_list ap;
	va_start(ap, n);
	SOMObject *o = somvalistGetTarget(ap);
	va_end(ap);
	return o;
}

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Hello *h = HelloNew();
	HelloAgain *again = HelloAgainNew();
	somId add = somIdFromString("add"), none = somIdFromString("none"), triple = somIdFromString("triple"), descriptor = somIdFromString("i:i");
	char text[] = "eight...";
	for (int how = 0; how < 3; how++) {
		somPrintf("%ld ", by_list(h, _Hello, how, add, h, ev, 1, 2.0, 3.0, 4, 5, 6, -7L, text, h));
		somPrintf("%ld ", by_list(again, _Hello, how, add, again, ev, 1, 2.0, 3.0, 4, 5, 6, -7L, text, (SOMObject *)NULL));
		somPrintf("%ld\n", by_list(h, _Hello, how, none, h, ev));
	}
	somPrintf("not an ancestor %ld\n", by_list(h, _HelloAgain, 1, add, h, ev, 1, 2.0, 3.0, 4, 5, 6, -7L, text, h));
	char own[400], small[8];
	somPrintf("%ld ", at_run_time(h, ev, add, NULL, 0));
	somPrintf("%ld ", at_run_time(again, ev, add, own, sizeof own));
	somPrintf("%ld\n", at_run_time(again, ev, add, small, sizeof small));
	somPrintf("%d\n", target(1, h) == h);

	_somAddDynamicMethod(_Hello, triple, descriptor, (somMethodPtr)tripled, NULL);
	somPrintf("%ld %d %d\n", by_list(again, _HelloAgain, 0, triple, again, ev, 14L), _somRespondsTo(again, triple), _somFindSMethod(_Hello, triple) == NULL);
	_somFree(h);
	_somFree(again);
	return 0;
}
