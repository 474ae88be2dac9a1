/* How objects began and ended before there were initializers. */
#include <amphibian.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Amphibian *a = AmphibianNew();
	somPrintf("%ld ", (long)_both(a, ev));
	_somFree(a);
	Duck *d = DuckNew();
	somPrintf("%ld ", (long)Boat__get_oars(d, ev));
	_somFree(d);
	Swan *s = SwanNew();
	somPrintf("%ld ", (long)_both(s, ev));
	_somFree(s);
	s = (Swan *)_somNewNoInit(_Swan);
	somPrintf("\n%ld ", (long)_both(s, ev));
	_somInit(s);
	somPrintf("%ld ", (long)_both(s, ev));
	_somFree(s);
	somPrintf("\n");
	return 0;
}
