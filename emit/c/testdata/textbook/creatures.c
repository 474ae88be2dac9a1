/* A client in C, where a class is a pointer, of classes that are implemented in C++. */
#include "zoo.h"

int main()
{
	Environment *ev = somGetGlobalEnvironment();
	Creature c = CreatureNew(), child;
	Duck d = DuckNew();
	__set_name(c, ev, "Ada");
	__set_name(d, ev, "Donald");
	_speak(d, ev);
	_swim(d, ev, 2);
	somPrintf("%ld\n", _weigh(c, ev, 4));
	_mate(c, ev, d, &child);
	_speak(child, ev);
	_somFree(child);
	_somFree(d);
	_somFree(c);
	return 0;
}
