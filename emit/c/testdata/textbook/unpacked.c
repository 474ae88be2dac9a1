/* Calls with packed arguments of methods without environment. */
#include <adder.h>

static long by_list(SOMObject *o, SOMClass *c, int how, const char *name, ...)
{
	va_list ap;
	somId id = somIdFromString((string)(uintptr_t)name);
	somToken ret = NULL;
	somMethodData md;
	boolean done = FALSE;
	va_start(ap, name);
	if (how == 0) done = _somDispatch(o, &ret, id, ap);
	if (how == 1) done = _somClassDispatch(o, c, &ret, id, ap);
	if (how == 2) done = _somGetMethodData(c, id, &md) && somApply(o, &ret, &md, ap);
	va_end(ap);
	return done ? (long)(intptr_t)ret : -1;
}

int main(void)
{
	Adder *a = AdderNew();
	for (int how = 0; how < 3; how++) {
		somPrintf("%ld ", by_list(a, _Adder, how, "add", a, 40L, 2L));
		somPrintf("%ld\n", by_list(a, _Adder, how, "somIsA", a, _Adder));
	}
	somPrintf("%ld %ld\n", _add(a, -40L, -2L), _add(a, 1L, -2L) * 3000000000L);
	_somFree(a);
	return 0;
}
