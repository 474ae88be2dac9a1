/* Initializers without control, of objects that are there already. */
#include <init.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Bottom *b = BottomNew();
	_somFree(b);
	somPrintf("\n");
	b = _somNewNoInit(_Bottom);
	_Bottom_withName(b, ev, 0, "by hand");
	somPrintf("size %ld\n", __get_size(b, ev));
	_Bottom_withName(b, ev, 0, "again");
	somPrintf("%s\n", ev->major == NO_EXCEPTION ? "no exception" : somExceptionId(ev));
	somExceptionFree(ev);
	_somFree(b);
	somPrintf("\n");
	void *memory = SOMCalloc(1, (size_t)_somGetInstanceSize(_West));
	West *w = _somRenewNoInit(_West, memory);
	_West_withSize(w, ev, 0, 3);
	somPrintf("size %ld, in its place %d\n", __get_size(w, ev), (void *)w == memory);
	_somDestruct(w, 0, 0);
	somPrintf("\n");
	SOMFree(memory);
	SOMClass *some = __get_somDirectInitClasses(_Bottom)._buffer[0], *others = __get_somDirectInitClasses(_Bottom)._buffer[1];
	somPrintf("%ld: %s %s\n", (long)__get_somDirectInitClasses(_Bottom)._length, _somGetName(some), _somGetName(others));
	return 0;
}
