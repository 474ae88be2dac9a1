/* plain.c: what one would write by hand: an addon with a class in C, and a function that calls back, for other tools. */
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>

typedef struct dog { int64_t said; } dog;

__attribute__((noinline)) static int64_t speak(dog *d, int64_t n) {
	__atomic_add_fetch(&d->said, 1, __ATOMIC_RELAXED);
	return n * 2;
}

static void drop(napi_env env, void *data, void *hint) {
	(void)env, (void)hint;
	free(data);
}

static napi_value new_dog(napi_env env, napi_callback_info info) {
	napi_value self;
	napi_get_cb_info(env, info, NULL, NULL, &self, NULL);
	dog *d = calloc(1, sizeof *d);
	if (d) napi_wrap(env, self, d, drop, NULL, NULL);
	return self;
}

static napi_value speak_long(napi_env env, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, self, is = NULL;
	void *d;
	int64_t v = 0;
	bool lossless;
	napi_get_cb_info(env, info, &n, &arg, &self, NULL);
	if (napi_unwrap(env, self, &d) != napi_ok || (napi_get_value_int64(env, arg, &v) != napi_ok && napi_get_value_bigint_int64(env, arg, &v, &lossless) != napi_ok)) {
		napi_throw_type_error(env, NULL, "a number is asked for");
		return NULL;
	}
	napi_create_bigint_int64(env, speak(d, v), &is);
	return is;
}

static napi_value legs(napi_env env, napi_callback_info info) {
	size_t n = 0;
	napi_value self, is = NULL;
	void *d;
	napi_get_cb_info(env, info, &n, NULL, &self, NULL);
	if (napi_unwrap(env, self, &d) != napi_ok) return NULL;
	napi_create_int32(env, (int32_t)speak(d, 2), &is);
	return is;
}

__attribute__((visibility("default"))) int64_t repeat(int64_t (*f)(int64_t), int64_t n, int32_t times) {
	int64_t sum = 0;
	for (int32_t i = 0; i < times; i++)
		sum += f(n);
	return sum;
}

NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
	static const napi_property_descriptor properties[] = {{.utf8name = "speak", .method = speak_long, .attributes = napi_default_method}, {.utf8name = "legs", .method = legs, .attributes = napi_default_method}};
	napi_value c;
	if (napi_define_class(env, "Dog", NAPI_AUTO_LENGTH, new_dog, NULL, 2, properties, &c) == napi_ok) napi_set_named_property(env, exports, "Dog", c);
	return exports;
}
