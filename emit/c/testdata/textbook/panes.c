/* A client where a class is no pointer. */
#include "window.h"

int main(int argc, char *argv[])
{
	Window *big, *small, *less;
	Dialog *d;
	SOMClass *c;
	SOMObject *o;
	Environment *ev = somGetGlobalEnvironment();
	(void)argc, (void)argv;
	big = WindowNew();
	__set_title(big, ev, "big");
	_resize(big, ev, 3, 4);
	_show(big, ev);
	d = DialogNew();
	__set_title(d, ev, "ask");
	_show(d, ev);
	small = d;
	big = _larger(small, ev, big, &less);
	somPrintf("%d %d\n", less == small, big != small);
	c = _somGetClass(d);
	somPrintf("%s %d\n", _somGetName(c), c == _Dialog);
	o = _somNew(_Window);
	((somTD_Window_show)SOM_Resolve(big, Window, show))(big, ev);
	somPrintf("%d %s\n", _somIsA(d, _Window), _somGetClassName(o));
	_somFree(o);
	_somFree(d);
	_somFree(big);
	return 0;
}
