package languages

// chained is the log of rows whose class stands below another language's.
const chained = `
ask derived Thing 1 1 = 101002
ask derived Thing 1 1 = 102002
caught Refused 7 "too much for chain"
caught_refused 8 "too much for chain"
caught something
keep derived Thing 1
ask derived Thing 1 1 = 105002
keep nothing
living 0
`

// Rows are what every language is asked. A row's name is an argument of its program.
var Rows = []Row{
	{Name: "types/boolean", Shows: "true and false, both ways", Log: `
turn_boolean true
turn_boolean false
`},
	{Name: "types/octet", Shows: "0 to 255", Log: `
turn_octet 0
turn_octet 255
turn_octet 127
turn_octet 128
`},
	{Name: "types/char", Shows: "characters of one octet, `ÿ` too", Log: `
turn_char char 97
turn_char char 65
turn_char char 255
turn_char char 223
`},
	{Name: "types/wchar", Shows: "characters of 16 bits, up to U+FFFF", Log: `
turn_wchar wchar 8364
turn_wchar wchar 8365
turn_wchar wchar 65535
turn_wchar wchar 65534
`},
	{Name: "types/short", Shows: "16 bits, signed and not, their ends", Log: `
turn_short 32767
turn_short -32768
turn_short 0
turn_short -1
turn_ushort 65535
turn_ushort 0
`},
	{Name: "types/long", Shows: "32 bits, their ends", Log: `
turn_long 2147483647
turn_long -2147483648
turn_long 0
turn_long -1
turn_ulong 4294967295
turn_ulong 0
`},
	{Name: "types/long-long", Shows: "64 bits, their ends, and what a double cannot hold", Log: `
turn_longlong 9223372036854775807
turn_longlong -9223372036854775808
turn_longlong 9007199254740993
turn_longlong -9007199254740994
turn_ulonglong 18446744073709551615
turn_ulonglong 0
`},
	{Name: "types/float", Shows: "the largest, the smallest, a negative zero", Log: `
turn_float 0x0p+0
turn_float -0x0p+0
turn_float 0x1.fffffep+127
turn_float -0x1.fffffep+127
turn_float 0x1p-149
turn_float -0x1p-149
turn_float 0x1p-1
turn_float -0x1p-1
`},
	{Name: "types/double", Shows: "likewise, infinities and not-a-number", Log: `
turn_double 0x0p+0
turn_double -0x0p+0
turn_double 0x1.fffffffffffffp+1023
turn_double -0x1.fffffffffffffp+1023
turn_double 0x0.0000000000001p-1022
turn_double -0x0.0000000000001p-1022
turn_double 0x1.999999999999ap-4
turn_double -0x1.999999999999ap-4
turn_double inf
turn_double -inf
turn_double nan
turn_double nan
`},
	{Name: "types/enum", Shows: "enumerators of a type of their own", Log: `
turn_colour red
turn_colour green
turn_colour blue
turn_colour red
`},
	{Name: "types/octets", Shows: "`sequence<octet>`, with zeros", Log: `
turn_octets []
turn_octets []
turn_octets 256 elements 8412f3fa21bde265
turn_octets 256 elements d8b5e8957e081cf3
turn_octets [0 255]
turn_octets [255 0]
`},
	{Name: "types/sequence", Shows: "sequences of booleans, integers (100,000 of them), doubles, strings; empty ones", Log: `
turn_booleans [true false false]
turn_booleans [false false true]
turn_longs []
turn_longs []
turn_longs [1 -2 3]
turn_longs [3 -2 1]
turn_longs 100000 elements fa63d12a75ec6df1
turn_longs 100000 elements 911ba304ea65e9b3
turn_doubles [0x1p-1 -0x1p+0]
turn_doubles [-0x1p+0 0x1p-1]
turn_strings ["a" "" "\xc3\xbc"]
turn_strings ["\xc3\xbc" "" "a"]
`},
	{Name: "types/array", Shows: "arrays of arrays, arrays of strings", Log: `
turn_grid [[1 2 3] [4 5 6]]
turn_grid [[4 5 6] [1 2 3]]
turn_pair ["a" "\xe2\x82\xac"]
turn_pair ["\xe2\x82\xac" "a"]
`},
	{Name: "types/structure", Shows: "structures", Log: `
turn_point {1 -1}
turn_point {-1 1}
`},
	{Name: "types/nested", Shows: "structures with strings, enumerations, structures and sequences in them, and sequences of these", Log: `
turn_person {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
turn_person {"\xc3\x9f\xc3\xbcrG" blue false {2147483647 -1} ["\xf0\x9f\x98\x80!" "" "sit"] L"\ud83d\ude00 \u20ac"}
turn_people []
turn_people []
turn_people [{"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"} {"" red false {0 0} [] L""}]
turn_people [{"" red false {0 0} [] L""} {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}]
`},
	{Name: "types/recursive", Shows: "a structure within itself", Log: `
turn_tree {1 [{2 []} {3 [{4 []}]}]}
turn_tree {1 [{3 [{4 []}]} {2 []}]}
`},
	{Name: "types/circle", Shows: "structures and a union within each other", Log: `
turn_branch {"ab" green:[{"x" red:1 []} {"yz" blue:nothing []}] [{[{"x" red:1 []}]} {[]}]}
turn_branch {"ba" green:[{"yz" blue:nothing []} {"x" red:1 []}] [{[]} {[{"x" red:1 []}]}]}
turn_branch {"x" red:1 []}
turn_branch {"x" red:-2 []}
`},
	{Name: "types/union", Shows: "each arm of a union", Log: `
turn_shape red:-17
turn_shape green:"-17"
turn_shape blue:{3 -1}
turn_shape red:3
`},
	{Name: "types/object", Shows: "objects", Log: `
turn_thing Thing 1
turn_thing Thing 1
`},
	{Name: "types/objects", Shows: "sequences of objects", Log: `
turn_things [Thing 1 Holder 2 Thing 1]
turn_things [Thing 1 Holder 2 Thing 1]
turn_things []
`},
	{Name: "strings/string", Shows: "UTF-8: empty, beyond U+FFFF, combining characters, quotes and control characters", Log: `
turn_string ""
turn_string ""
turn_string "plain"
turn_string "nialp"
turn_string "Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac"
turn_string "\xe2\x82\xac e\xc3\x9f\xc3\xbcrG"
turn_string "\xf0\x9f\x98\x80 x"
turn_string "x \xf0\x9f\x98\x80"
turn_string "e\xcc\x81\x09\x22\x5c\x0a"
turn_string "\x0a\x5c\x22\x09\xcc\x81e"
`},
	{Name: "strings/wstring", Shows: "UTF-16: surrogates, 100,000 units", Log: `
turn_wstring L""
turn_wstring L""
turn_wstring L"plain"
turn_wstring L"nialp"
turn_wstring L"Gr\u00fc\u00dfe \u20ac"
turn_wstring L"\u20ac e\u00df\u00fcrG"
turn_wstring L"\ud83d\ude00 x"
turn_wstring L"x \ud83d\ude00"
turn_wstring 100000 units fb6212d136b20ecb
turn_wstring 100000 units fb6212d136b20ecb
`},
	{Name: "strings/long", Shows: "a million octets", Log: `
turn_string 1000000 octets 57c6313837c86465
turn_string 1000000 octets 098e671aa3113d65
turn_string 1000000 octets c5a9912916bf6025
`},
	{Name: "strings/zero", Shows: "a zero within a text is refused, not cut", Log: `
note "refused"
`},
	{Name: "strings/wide-zero", Shows: "nor is it in UTF-16", Log: `
note "refused"
`},
	{Name: "strings/no-utf8", Shows: "octets that are no UTF-8 come back as they were", Log: `
turn_string "caf\xe9"
turn_string "\xe9fac"
`},
	{Name: "parameters/out", Shows: "`out` with and without a result", Log: `
divide 17 5
divide 2 3
give_basic
turn_octet 200
turn_longlong -9007199254740993
turn_double 0x1.999999999999ap-4
turn_boolean true
turn_colour blue
give_text
turn_string "\xf0\x9f\x98\x80!"
turn_wstring L"\u20ac \ud83d\ude00"
`},
	{Name: "parameters/out-constructed", Shows: "`out` of structures, sequences, objects", Log: `
give_constructed
turn_point {3 -4}
turn_longs [1 2 3]
turn_person {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
give_things
turn_thing Thing 1
turn_things [Thing 1 Thing 2]
`},
	{Name: "parameters/inout", Shows: "`inout` of basic types and texts", Log: `
swap_basic -1 0x1p-2 green
swap_basic 0 -0x1p-2 blue
swap_text "ab\xe2\x82\xac" L"\ud83d\ude00 x"
swap_text "\xe2\x82\xacba" L"x \ud83d\ude00"
`},
	{Name: "parameters/inout-constructed", Shows: "`inout` of structures, sequences, objects", Log: `
swap_constructed {1 2} [1 2] {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
swap_constructed {2 1} [2 1] {"\xc3\x9f\xc3\xbcrG" blue false {2147483647 -1} ["\xf0\x9f\x98\x80!" "" "sit"] L"\ud83d\ude00 \u20ac"}
turn_thing Thing 1
swap_things Thing 1 Thing 2
swap_things Thing 2 Thing 1
`},
	{Name: "null/allowed", Shows: "nothing, where IDL says that it may be NULL", Log: `
maybe Thing 1
note "nothing"
maybe nothing
note "the same"
maybe nothing
note "nothing"
`},
	{Name: "null/refused", Shows: "nothing is refused where it may not be", Log: `
note "refused"
note "refused"
note "refused"
note "refused"
`},
	{Name: "ownership/in", Shows: "what is passed is borrowed", Log: `
turn_thing Thing 1
turn_thing Thing 1
turn_thing Thing 1
living 1
living 0
`},
	{Name: "ownership/result", Shows: "what is returned is the caller's, and is given back", Log: `
living 1001
living 0
`},
	{Name: "ownership/out", Shows: "what comes by `out` likewise", Log: `
give_things
living 2
living 0
`},
	{Name: "ownership/taken", Shows: "`object_owns_parameters`", Log: `
take "given away" Thing 1
living 1
turn_string "given away"
take "" Thing 2
living 1
`},
	{Name: "ownership/lent", Shows: "`object_owns_result`, asked for a hundred times", Log: `
note "lent"
`},
	{Name: "ownership/memory", Shows: "texts, sequences, structures and objects both ways, thousands of times: memory stays", Log: `
memory
memory
`},
	{Name: "exceptions/user", Shows: "user exceptions with their members, and without any", Log: `
caught_refused 7 "too much for Rex"
caught_plain
`},
	{Name: "exceptions/system", Shows: "system exceptions with their minor codes", Log: `
raise_system BAD_PARAM
caught_system BAD_PARAM 7
raise_system NO_PERMISSION
caught_system NO_PERMISSION 4294967295
raise_system NO_MEMORY
caught_system NO_MEMORY 0
`},
	{Name: "exceptions/cxx", Shows: "what C++ throws that is no exception of SOM's; the process goes on", Log: `
note "an error of C++"
note "no memory"
note "unknown"
note "2"
`},
	{Name: "exceptions/raised", Shows: "what overrides raise reaches C++ with all that is in it", Log: `
caught Refused -5 "why not \xe2\x82\xac"
caught Plain
caught BAD_PARAM 9
`},
	{Name: "exceptions/own", Shows: "an error of the language's own goes through C++ and is an error again", Log: `
caught another exception
note "caught"
`},
	{Name: "exceptions/own-again", Shows: "it is the same one", Log: `
note "the same"
`},
	{Name: "exceptions/through", Shows: "what C++ raises goes through an override to C++ and back", Log: `
caught Refused 3 "too much for Ida"
caught_refused 4 "too much for Ida"
caught_plain
`},
	{Name: "exceptions/initializer", Shows: "an initializer that raises leaves no object", Log: `
caught_refused 1 "a thing has a label"
living 0
`},
	{Name: "callbacks/override", Shows: "C++ calls an override, and one that is none, a thousand times", Log: `
ask derived Thing 1 3 = 106000
ask Thing 2 3 = 6000
`},
	{Name: "callbacks/basic", Shows: "an override of each basic type", Log: `
turn_boolean true
turn_boolean = false
turn_octet 255
turn_octet = 0
turn_char char 255
turn_char = char 223
turn_wchar wchar 8364
turn_wchar = wchar 8365
turn_short -32768
turn_short = 32767
turn_ushort 65535
turn_ushort = 0
turn_long -2147483648
turn_long = 2147483647
turn_ulong 4294967295
turn_ulong = 0
turn_longlong -9223372036854775808
turn_longlong = 9223372036854775807
turn_ulonglong 18446744073709551615
turn_ulonglong = 0
turn_float 0x1.8p+0
turn_float = -0x1.8p+0
turn_double -inf
turn_double = inf
turn_colour blue
turn_colour = red
`},
	{Name: "callbacks/text", Shows: "overrides of texts", Log: `
turn_string "\xf0\x9f\x98\x80!"
turn_string = "!\xf0\x9f\x98\x80"
turn_string ""
turn_string = ""
turn_wstring L"\u20ac \ud83d\ude00"
turn_wstring = L"\ud83d\ude00 \u20ac"
`},
	{Name: "callbacks/constructed", Shows: "overrides of structures, unions, sequences, arrays", Log: `
turn_octets [0 127 128 255]
turn_octets = [255 128 127 0]
turn_booleans [true true false]
turn_booleans = [false true true]
turn_longs []
turn_longs = []
turn_doubles [0x1p-1 -0x1p+0]
turn_doubles = [-0x1p+0 0x1p-1]
turn_strings ["sit" "" "\xf0\x9f\x98\x80!"]
turn_strings = ["\xf0\x9f\x98\x80!" "" "sit"]
turn_point {7 8}
turn_point = {8 7}
turn_person {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
turn_person = {"\xc3\x9f\xc3\xbcrG" blue false {2147483647 -1} ["\xf0\x9f\x98\x80!" "" "sit"] L"\ud83d\ude00 \u20ac"}
turn_people [{"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"} {"" red false {0 0} [] L""}]
turn_people = [{"" red false {0 0} [] L""} {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}]
turn_tree {1 [{2 []} {3 [{4 []}]}]}
turn_tree = {1 [{3 [{4 []}]} {2 []}]}
turn_shape green:"four"
turn_shape = blue:{4 -1}
turn_grid [[1 2 3] [4 5 6]]
turn_grid = [[4 5 6] [1 2 3]]
turn_pair ["a" "b"]
turn_pair = ["b" "a"]
`},
	{Name: "callbacks/object", Shows: "overrides of objects, and of nothing where it is allowed", Log: `
turn_thing Thing 1
turn_thing = Thing 1
maybe Thing 1
maybe = nothing
maybe nothing
maybe = Thing 1
`},
	{Name: "callbacks/objects", Shows: "overrides of sequences of objects", Log: `
turn_things [Thing 1 Holder 2]
turn_things = [Holder 2 Thing 1]
turn_things []
turn_things = []
`},
	{Name: "callbacks/out", Shows: "overrides with `out`", Log: `
divide 17 5
divide = 3 2
give_basic
give_basic = 200 -9007199254740993 0x1.999999999999ap-4 true blue
give_text
give_text = "\xf0\x9f\x98\x80!" L"\u20ac \ud83d\ude00"
give_constructed
give_constructed = {3 -4} [1 2 3] {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
give_things
give_things = Thing 1 [Thing 1 Thing 2]
`},
	{Name: "callbacks/inout", Shows: "overrides with `inout`", Log: `
swap_basic 5 0x1p-2 green
swap_basic = -6 -0x1p-2 blue
swap_text "\xf0\x9f\x98\x80!" L"\u20ac \ud83d\ude00"
swap_text = "!\xf0\x9f\x98\x80" L"\ud83d\ude00 \u20ac"
swap_constructed {7 8} [1 2 3] {"Gr\xc3\xbc\xc3\x9f" green true {-1 2147483647} ["sit" "" "\xf0\x9f\x98\x80!"] L"\u20ac \ud83d\ude00"}
swap_constructed = {8 7} [3 2 1] {"\xc3\x9f\xc3\xbcrG" blue false {2147483647 -1} ["\xf0\x9f\x98\x80!" "" "sit"] L"\ud83d\ude00 \u20ac"}
swap_things Thing 1 Holder 2
swap_things = Holder 2 Thing 1
`},
	{Name: "callbacks/nested", Shows: "overrides that call C++, which calls them, twelve deep", Log: `
ask derived Thing 1 0 = 2
ask derived Thing 1 1 = 3
ask derived Thing 1 2 = 4
ask derived Thing 1 3 = 5
ask derived Thing 1 4 = 6
ask derived Thing 1 5 = 7
ask derived Thing 1 6 = 8
ask derived Thing 1 7 = 9
ask derived Thing 1 8 = 10
ask derived Thing 1 9 = 11
ask derived Thing 1 10 = 12
ask derived Thing 1 11 = 13
ask derived Thing 1 12 = 14
`},
	{Name: "callbacks/wrong-result", Shows: "an override that returns what is no value for its result is an exception for C++", Log: `
caught something
caught something
caught something
answered 4
`},
	{Name: "subclass/super", Shows: "`super`, from class to class into C++", Log: `
note "106"
ask derived Thing 1 3 = 1060
`},
	{Name: "subclass/state", Shows: "an object that C++ alone refers to keeps what the language has put into it", Log: `
keep derived Thing 1
ask derived Thing 1 1 = 1
ask derived Thing 1 2 = 3
ask derived Thing 1 3 = 6
note "6"
keep nothing
`},
	{Name: "subclass/attributes", Shows: "attributes overridden, also one that is readonly", Log: `
attributes "<set by C++!>" -7 blue 3
attributes "set by C++" -7 blue 4
`},
	{Name: "subclass/two-parents", Shows: "two parents in C++", Log: `
title_of "great" = "the great!"
ask derived Thing 1 1 = 3
look_at derived Thing 1 a Thing a Titled speaks
`},
	{Name: "subclass/made-by-cxx", Shows: "C++ makes an object of the language's class by its name", Log: `
made_of derived Thing 1
note "yes"
ask derived Thing 1 1 = 102
`},
	{Name: "subclass/of-holder", Shows: "a class two below in C++", Log: `
ask derived Holder 1 1 = 103
look_at derived Holder 1 a Thing a Holder speaks
`},
	{Name: "subclass/below-in-cxx", Shows: "a class in C++ below the language's, and one of the language's below that", Log: `
define_below
made_of derived Thing 1
ask derived Thing 1 1 = 1003
ask derived Thing 2 1 = 11003
`},
	{Name: "class/attributes", Shows: "attributes get and set", Log: `
turn_string "Rex \xe2\x82\xac"
turn_long -2147483648
turn_long 4
`},
	{Name: "class/readonly", Shows: "setting one that is readonly is refused", Log: `
note "refused"
`},
	{Name: "class/initializer", Shows: "initializers with arguments, of subclasses too", Log: `
turn_string "by initializer"
turn_long 12
turn_string "below"
turn_long 13
ask derived Thing 1 1 = 102
`},
	{Name: "class/procedure", Shows: "procedures", Log: `
turn_long 42
`},
	{Name: "class/metaclass", Shows: "a method of the class's metaclass", Log: `
members 3
`},
	{Name: "class/information", Shows: "a class's name and version", Log: `
note "Suite::Thing"
note "1.0"
`},
	{Name: "identity/same", Shows: "an object that comes back is the one that went", Log: `
note "yes"
keep derived Thing 1
note "yes"
keep nothing
note "yes"
note "no"
`},
	{Name: "identity/class", Shows: "it has the class that it has, whatever the method's type is", Log: `
note "yes"
note "yes"
look_at Holder 1 a Thing a Holder speaks
`},
	{Name: "lifetime/dropped", Shows: "what is dropped ends", Log: `
living 0
`},
	{Name: "lifetime/kept", Shows: "what C++ keeps does not", Log: `
keep derived Thing 1
living 1
ask derived Thing 1 1 = 102
keep nothing
living 0
`},
	{Name: "lifetime/weak", Shows: "weak references, here and in C++", Log: `
note "there"
watched: there
note "gone"
watched: gone
`},
	{Name: "lifetime/cycle", Shows: "cycles within the language are collected", Log: `
living 0
`},
	{Name: "lifetime/cycle-through-cxx", Shows: "those through C++ last until they are broken, and end then", Log: `
living 200
living 0
`},
	{Name: "lifetime/released", Shows: "use after release is refused; a second release does no harm", Log: `
living 0
note "refused"
note "refused"
`},
	{Name: "threads/foreign", Shows: "threads that C++ began call an override", Log: `
threads: sum 400, raised 0
`},
	{Name: "threads/waiting", Shows: "likewise, while the language waits in C++ for them", Alone: true, Log: `
threads: sum 20400, raised 0
`},
	{Name: "threads/raising", Shows: "what overrides raise there reaches C++", Log: `
threads: sum 0, raised 40
`},
	{Name: "threads/own", Shows: "threads of the language's call C++ at the same time", Log: `
turn_longlong 79600
living 0
`},
	{Name: "chain/python", Shows: "C++, below it a class in Python, in the same process, and below that the language's: calls, `super`, state, exceptions and lifetime through all three", Chain: "Python", Log: chained},
	{Name: "chain/go", Shows: "the same with a class library in Go", Chain: "Go", Log: chained},
	{Name: "chain/python-go", Shows: "C++, Go, Python and the language, four in a process", Chain: "Python and Go", Log: `
ask derived Thing 1 1 = 1111002
`},
	{Name: "chain/lua", Shows: "the same with a state of Lua's in the process", Chain: "Lua", Log: chained},
	{Name: "chain/tcl", Shows: "the same with an interpreter of Tcl's in the process", Chain: "Tcl", Log: chained},
	{Name: "chain/lua-tcl", Shows: "C++, Lua, Tcl and the language, four in a process", Chain: "Lua and Tcl", Log: `
ask derived Thing 1 1 = 1111002
`},
	{Name: "wrong/count", Shows: "too few and too many arguments", Log: `
note "refused"
note "refused"
note "refused"
`},
	{Name: "wrong/type", Shows: "arguments of other types, objects of other classes among them", Log: `
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
`},
	{Name: "wrong/range", Shows: "integers, floats, characters and enumerators beyond their types", Log: `
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
note "refused"
`},
	{Name: "wrong/element", Shows: "wrong elements, members and numbers of elements", Log: `
note "refused"
note "refused"
note "refused"
note "refused"
`},
	{Name: "wrong/method", Shows: "a method that there is not", Log: `
note "refused"
`},
	{Name: "wrong/class", Shows: "a class that there is not", Log: `
note "refused"
note "refused"
note "refused"
`},
	{Name: "wrong/major-version", Shows: "a class that was compiled with a library of another major version", Relays: []int{3}, Log: `
note "version"
`},
	{Name: "release/next", Shows: "the same program with a library's first release and its second, whose class has another ancestor, other data and more methods", Relays: []int{1, 2}, Log: `
call 3 = 7
turn_string "kept"
`},
	{Name: "release/replaced", Shows: "a library whose file is replaced by its next release while the program runs: what is loaded goes on, objects made later too, and the next process has the next release", Log: `
call 3 = 7 in release 1
replaced
call 4 = 9 in release 1
call 5 = 11 in release 1
`, Next: `
call 3 = 7 in release 2
nothing is next
call 4 = 9 in release 2
call 5 = 11 in release 2
`},
	{Name: "end/alive", Shows: "the process ends well with objects alive on both sides", Alone: true, Log: `
keep derived Thing 1
living 5
`},
}
