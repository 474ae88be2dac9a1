/* The classes of window.idl, where a class is a pointer: as somcorba had them. */
#define Window_Class_Source
#include "window.ih"

SOM_Scope void SOMLINK resize(Window somSelf, Environment *ev, long w, long h)
{
	WindowData *somThis = WindowGetData(somSelf);
	WindowMethodDebug("Window", "resize");
	_w = w;
	_h = h;
}

SOM_Scope long SOMLINK area(Window somSelf, Environment *ev)
{
	WindowData *somThis = WindowGetData(somSelf);
	return _w * _h;
}

SOM_Scope void SOMLINK show(Window somSelf, Environment *ev)
{
	WindowData *somThis = WindowGetData(somSelf);
	_shown = somSelf;
	somPrintf("%s: %ld\n", __get_title(somSelf, ev), _area(somSelf, ev));
}

SOM_Scope Window SOMLINK larger(Window somSelf, Environment *ev, Window other, Window *smaller)
{
	int is = _area(somSelf, ev) >= _area(other, ev);
	*smaller = is ? other : somSelf;
	return is ? somSelf : other;
}

SOM_Scope void SOMLINK somInit(Window somSelf)
{
	WindowData *somThis = WindowGetData(somSelf);
	Window_parent_SOMObject_somInit(somSelf);
	_w = _h = 1;
}

SOM_Scope void SOMLINK dialog_show(Dialog somSelf, Environment *ev)
{
	somPrintf("dialog ");
	Dialog_parent_Window_show(somSelf, ev);
}
