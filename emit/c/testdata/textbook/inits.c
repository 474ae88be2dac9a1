/* A diamond: each ancestor is initialised once, whichever initializer begins, and ended in reverse. */
#include <init.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Bottom *b = BottomNew();
	somPrintf("size %ld\n", __get_size(b, ev));
	_somFree(b);
	somPrintf("\n");
	b = BottomNew_Bottom_withName(ev, "it");
	somPrintf("size %ld\n", __get_size(b, ev));
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
	Legacy *old = LegacyNew();
	_somFree(old);
	somPrintf("\n");
	return 0;
}
