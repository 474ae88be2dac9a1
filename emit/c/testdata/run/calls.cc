// The same in C++.
struct Root {
	virtual int first();
	virtual int legs(void *ev);
	virtual ~Root();
};
struct Animal : Root {
	int eaten;
};
struct Dog : virtual Animal { // so that the place of its data is only known at run time, as it is in SOM
	int own;
};

extern "C" int cxx_call(Root *o, void *ev) { return o->legs(ev); }
extern "C" int cxx_field(Dog *o) { return o->eaten; }
