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
	Legacy *old = LegacyNew();
	_somFree(old);
	somPrintf("\n");
	return 0;
}
