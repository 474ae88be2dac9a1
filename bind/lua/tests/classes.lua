-- What a program in Lua does with classes of C++: used, subclassed, raised through. The class library is bind/cxx/testdata/zoo.idl's.

local dsom = require "dsom"
local caller = require "caller"

local names = { "Animal", "Pet", "Dog", "Puppy", "Echo", "TooLoud", "Asleep", "Colour", "Card", "Place", "Tree", "Food", "Album" }
local Zoo = {}
for _, n in ipairs(names) do Zoo[n] = dsom.load("Zoo::" .. n) end
local Animal, Pet, Dog, Puppy, Echo, TooLoud, Asleep, Card, Place, Tree, Food, Album =
  Zoo.Animal, Zoo.Pet, Zoo.Dog, Zoo.Puppy, Zoo.Echo, Zoo.TooLoud, Zoo.Asleep, Zoo.Card, Zoo.Place, Zoo.Tree, Zoo.Food, Zoo.Album
local jit = rawget(_G, "jit")
local unpack = table.unpack or unpack

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" or dsom.is(a, dsom.Object) then return a == b end
  for k, v in pairs(a) do if type(k) ~= "userdata" and not same(v, b[k]) then return false end end
  for k in pairs(b) do if type(k) ~= "userdata" and a[k] == nil then return false end end
  return true
end

local function show(v)
  if type(v) ~= "table" or getmetatable(v) then return tostring(v) end
  local all = {}
  for k, e in pairs(v) do all[#all + 1] = tostring(k) .. "=" .. show(e) end
  return "{" .. table.concat(all, ", ") .. "}"
end

local function equal(got, want)
  if not same(got, want) then error(("got %s, want %s"):format(show(got), show(want)), 2) end
end

local function fails(pattern, f, ...)
  local good, e = pcall(f, ...)
  if good then error(("no error: %s"):format(pattern), 2) end
  if not tostring(e):find(pattern) then error(("got %s, want %s"):format(tostring(e), pattern), 2) end
  return e
end

-- LuaJIT marks what is in a dead slot of a frame below, and a compiled loop does not write its own slots:
-- without this the last objects of a test are alive in one run of 300.
local function clear_slots()
  local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
  local q, r, s, t, u, v, w, x, y, z
end

local function collect()
  clear_slots()
  for _ = 1, 6 do collectgarbage() end
  dsom.catch_up()
end
if jit then
  jit.off(clear_slots)
  jit.off(collect)
end

local tests = {}

function tests.class()
  assert(dsom.load "Zoo::Dog" == Dog)
  equal(tostring(Dog), "class Zoo::Dog")
  equal(Dog.som_name, "Zoo::Dog")
  equal(Animal.som_version, { major = 1, minor = 2 })
  assert(Dog.super == Animal and Puppy.parents[1] == Dog and Puppy.parents[2] == Animal and Puppy.parents[3] == Pet)
  assert(Dog.som_library:find("libzoo.so", 1, true))
  assert(getmetatable(Dog()) == Dog and dsom.is(Dog(), Animal) and not dsom.is(Animal(), Dog) and not dsom.is(7, Dog) and not dsom.is(nil, Dog))
  assert(tostring(Dog()):find "^Zoo::Dog: 0x%x+$")
  equal(dsom.doc(Animal), "An animal.")
  equal(dsom.doc(Puppy, "speak"), "speak(n: integer) -> integer\n\nSays something n times, and how loud that was.")
  equal(dsom.doc(Echo, "flag"), "flag(v: boolean, io: boolean) -> boolean, o: boolean, io: boolean")
  fails("not Lua's to change", function() Dog.speak = print end)
end

function tests.calls()
  local d = Dog()
  equal(d:speak(3), 7)
  d:bark(5)
  equal(d:speak(3), 12)
  equal(Dog.speak(d, 3), 12)
  equal(d.legs, 4)
  equal(d:total(1), Animal():total(0))
  equal(Animal:named("Ida", 3).legs, 3)
  equal(Dog:named("Rex", 2).name, "Rex")
  equal(d:somGetClassName(), "Zoo::Dog")
  fails("no attribute or method 'somFree'", function() return d.somFree end)
end

function tests.attributes()
  local d = Dog()
  d.name = "Rex"
  d.colour = "blue"
  d.bone = { size = "large", age = 2 ^ 40 }
  equal({ d.name, d.colour, d.bone }, { "Rex", "blue", Dog.Bone("large", 2 ^ 40) })
  assert(d.bone == Dog.Bone("large", 2 ^ 40) and d.bone ~= Dog.Bone("small", 2 ^ 40))
  fails("attribute 'legs' of class Zoo::Dog is readonly", function() d.legs = 3 end)
  fails("no attribute 'tail'", function() d.tail = 1 end)
  fails("no attribute or method 'tail'", function() return d.tail end)
  fails("string expected, got number", function() d.name = 7 end)
end

function tests.identity()
  local d, other = Dog(), Animal()
  assert(rawequal(d:friend_of(d), d) and rawequal(d:friend_of(other), other))
  for k in pairs(d) do assert(jit and type(k) == "userdata", k) end
end

local place = Place { x = 1.5, y = -2, marks = { { 1, 2, 3 }, { 4, 5, 6 } } }
local card = Card("Rex", "green", true, { "sit", "ß€😀" }, place, "wide 😀 text")

function tests.values()
  local e, dog, cat = Echo(), Dog(), Animal()
  local none = Place(0, 0, { { 0, 0, 0 }, { 0, 0, 0 } })
  for _, c in ipairs {
    { "flag", true, false }, { "byte", 255, 0 }, { "letter", "a", "\255" }, { "wide", "€", "a" }, { "small", -32768, 32767 }, { "large", 4294967295, 0 }, { "huge", 9007199254740992, 1 },
    { "single", 0.5, -1 }, { "twice", 0.1, math.huge }, { "colour", "blue", "red" }, { "text", "grüße 😀", "" }, { "text", "caf\233", "" }, { "title", "grüße 😀", "" }, { "title", "\237\160\128", "" },
    { "animal", dog, cat }, { "place", place, none }, { "card", card, Card("", "red", false, {}, place, "") }, { "cards", { card, card }, {} }, { "numbers", { 1, 2, 3 }, { -1 } },
    { "names", { "a", "b" }, { "", "c" } }, { "tree", { value = 1, below = { Tree(2, {}), Tree(3, { Tree(4, {}) }) } }, Tree(0, {}) }, { "food", Food("red", 7), Food("green", "leaf") },
    { "food", { d = "blue", v = card }, Food { d = "red", v = -1 } }, { "flags", { true, false }, {} }, { "herd", { dog, cat }, {} },
    { "album", Album({ { "a", "b", "c" }, { "d", "e", "f" } }, 6), Album({ { "", "", "" }, { "", "", "" } }, 0) },
  } do
    local name, v, io = unpack(c)
    local r, o, i = e[name](e, v, io)
    if not (same(r, v) and same(o, io) and same(i, v)) then error(("%s: got %s, %s, %s"):format(name, show(r), show(o), show(i))) end
  end
  equal(e:token(0x1234), 0x1234)
  equal(e:token(nil), nil)
end

function tests.whole_numbers()
  local e = Echo()
  if jit then
    local ffi = require "ffi"
    local most, least = loadstring "return 0xffffffffffffffffULL"(), ffi.cast("int64_t", -5)
    equal(tostring((select(2, e:huge(1, most)))), "18446744073709551615ULL")
    equal({ e:huge(most, 1) }, { most, 1, most })
    assert(ffi.istype("uint64_t", (e:huge(most, 0))))
    fails("beyond 2%^53", e.huge, e, 2 ^ 60, 0)
    fails("out of the range of unsigned long long", e.huge, e, least, 0)
    fails("out of the range of short", e.small, e, ffi.cast("int64_t", 40000), 0)
    equal(e:small(ffi.cast("int64_t", 7), 0), 7)
    fails("out of the range of unsigned long long", e.huge, e, -1, 0)
  else
    equal(e:huge(math.maxinteger, math.mininteger), math.maxinteger)
    equal(select(2, e:huge(0, -1)), -1) -- 2^64 - 1, as Lua has it
    fails("beyond 2%^53", e.huge, e, 2.0 ^ 60, 0)
    equal(math.type(e:large(7.0, 0)), "integer")
  end
end

function tests.wrong()
  local e, d = Echo(), Dog()
  local none = Place(0, 0, { { 0, 0, 0 }, { 0, 0, 0 } })
  for _, c in ipairs {
    { "bad argument #1 to 'byte' %(v: 256 is out of the range of octet %(0 to 255%)%)", "byte", 256, 0 },
    { "bad argument #2 to 'byte' %(io: %-1 is out of the range", "byte", 0, -1 }, { "range of short", "small", 32768, 0 }, { "range of unsigned long", "large", 2 ^ 32, 0 },
    { "no integer representation", "small", 1.5, 0 }, { "no integer representation", "small", 0 / 0, 0 }, { "number expected, got string", "small", "1", 0 }, { "range of float", "single", 1e300, 0 },
    { "string of one octet", "letter", "ab", "a" }, { "string of one octet", "letter", "€", "a" }, { "beyond U%+FFFF", "wide", "😀", "a" }, { "one character", "wide", "ab", "a" },
    { "boolean expected, got number", "flag", 1, false }, { "string expected, got nil", "text", nil, "" }, { "string expected, got number", "text", 7, "" }, { "contains zeros", "text", "a\0b", "" },
    { "contains zeros", "title", "a\0b", "" }, { "no UTF%-8", "title", "caf\233", "" }, { "Zoo::Animal expected, got nil", "animal", nil, d }, { "Zoo::Animal expected, got Zoo::Echo", "animal", e, d },
    { "Zoo::Animal expected, got table", "animal", {}, d }, { "v%[2%]: Zoo::Animal expected, got", "herd", { d, dsom.null }, {} }, { "table expected, got number", "numbers", 7, {} }, { "v%[2%]: number expected, got string", "numbers", { 1, "2" }, {} },
    { "v%.marks%[1%]: 2 elements, and the array has 3", "place", Place(0, 0, { { 0, 0 }, { 0, 0 } }), none }, { "v: Zoo::Place expected, got number", "place", 7, none },
    { "v%.name: string expected, got nil", "card", {}, card }, { "'pink' is no Zoo::Colour", "colour", "pink", "red" }, { "7 is no Zoo::Colour", "colour", 7, "red" },
    { "address or nil expected", "token", "x", n = 3 }, { "Zoo::Echo expected, got table", "card", nil, nil, self = {} }, { "Zoo::Echo expected, got Zoo::Dog", "card", self = d }, { "no value", "flag", n = 2 },
    { "wrong number of arguments to 'flag' %(2 expected, got 3%)", "flag", true, true, true, n = 5 }, { "v%.v: Zoo::Card expected", "food", { d = "blue", v = 7 }, Food("red", 1) },
  } do
    fails(c[1], e[c[2]], c.self or e, unpack(c, 3, c.n or 4))
  end
  fails("beyond 2%^53", d.speak, d, 2 ^ 63)
  fails("number expected, got nil", d.speak, d, nil)
  fails("takes no arguments", Dog, 1)
  fails("calling 'bark' on bad self %(Zoo::Dog expected, got Zoo::Animal%)", Dog.bark, Animal(), 1)
  fails("calling 'bark' on bad self", Dog.bark)
  fails("calling 'named' on bad self %(class expected, got string%); is it called with a colon", Animal.named, "Ida", 3)
  fails("has no member 'z'", Place, { z = 1 })
  fails("3 members, got 4", Place, 1, 2, {}, 4)
  fails("string expected, got nil", Dog.extend, Dog)
  fails("class expected, got number", Dog.extend, Dog, "x", 7)
  local tree = Tree(0, {})
  tree.below[1] = tree
  fails("deeper than 256 %(SOMH_MAX_NESTING%)", e.tree, e, tree, tree)
  local deep = Tree(0, {})
  for i = 1, 60 do deep = Tree(i, { deep }) end
  equal(e:tree(deep, Tree(0, {})), deep)
end

function tests.given()
  collect()
  local e, a = Echo(), Animal()
  local before = Animal.som_instances
  e:keep("some text", a)
  a = nil
  collect()
  equal(e:kept_text(), "some text")
  equal(Animal.som_instances, before)
  e:keep("another", Dog())
  equal(Animal.som_instances, before - 1)
end

function tests.exceptions()
  local e = fails("TooLoud{volume = 5", function() Dog():speak(1005) end)
  equal({ e.volume, e.why, e.id, e.name }, { 5, " is too loud", "IDL:Zoo/TooLoud:1.0", "TooLoud" })
  assert(dsom.is(e, TooLoud) and getmetatable(e) == TooLoud and not dsom.is(e, Asleep))
  assert(dsom.is(fails("Asleep{}", function() Dog():speak(-1) end), Asleep))
  fails("nobody has a name", Animal.named, Animal, "nobody", 4)
  e = fails("UNKNOWN %(minor 0, completed MAYBE%): a plain error", function() Animal():speak(999) end)
  equal({ e.name, e.minor, e.completed, e.id }, { "UNKNOWN", 0, "MAYBE", "IDL:omg.org/CORBA/UNKNOWN:1.0" })
  assert(getmetatable(e) == dsom.SystemException)
  fails("NO_MEMORY", function() Animal():speak(998) end)
  for _, name in ipairs { "Zoo::Unicorn", "Nothing", "a b", "", ("x"):rep(300) } do equal(fails("", dsom.load, name).code, "unknown") end
  equal(fails("", dsom.load, "Zoo::Animal", 2).code, "version")
  assert(dsom.load("Zoo::Animal", 1, 1) == Animal)
  equal(fails("", dsom.library, "/nowhere/libnothing.so").code, "library")
  fails("string expected, got nil", dsom.load)
end

function tests.override()
  local Loud = Dog:extend "Loud"
  function Loud:speak(n) return Loud.super.speak(self, n) + 100 end
  local Louder = Loud:extend "Louder"
  function Louder:speak(n) return Louder.super.speak(self, n) * 2 end
  local o = Louder()
  equal({ o:speak(3), Loud():speak(3), Dog.speak(o, 3), Animal.speak(o, 3) }, { 214, 107, 7, 6 })
  equal({ Loud.som_name, o:somGetClassName(), o:som_dispatch("speak", 3) }, { "Loud", "Louder", 214 })
  assert(dsom.is(o, Loud) and dsom.is(o, Animal) and tostring(o):find "^Louder: 0x")
end

function tests.called_from_c()
  local seen = {}
  local Listener = Puppy:extend "Listener"
  function Listener:speak(n)
    seen[#seen + 1] = { getmetatable(self), n }
    return Listener.super.speak(self, n)
  end
  function Listener:owner() return "Lua" end -- nonstatic: nobody else sees it
  function Listener:speak_to(who) return -Listener.super.speak_to(self, who) end
  local o = Listener()
  equal(o:som_dispatch("speak", 5), Puppy():speak(5))
  assert(#seen == 1 and seen[1][1] == Listener and seen[1][2] == 5)
  equal(o:som_dispatch("speak_to", "abc"), -30)
  equal(caller.direct(o:som_entry "speak", o:som_address(), 6), Puppy():speak(6))
end

function tests.attributes_in_lua()
  local Named = Dog:extend "Named"
  function Named:_get_name() return "<" .. Named.super._get_name(self) .. ">" end
  function Named:_set_name(v)
    rawset(self, "kept", v)
    Named.super._set_name(self, v)
  end
  local o = Named()
  o:som_dispatch("_set_name", "Rex")
  equal({ o.kept, o:som_dispatch "_get_name", o.name }, { "Rex", "<Rex>", "<Rex>" })
  for i = 1, 40 do
    o.name = tostring(i)
    equal(o:som_dispatch "_get_name", "<" .. i .. ">")
  end
end

function tests.everything_comes_and_goes()
  local Twice = Echo:extend "Twice"
  function Twice:card(v, io) return v, io, v end
  function Twice:numbers(v, io)
    local twice = {}
    for i, n in ipairs(v) do twice[i] = n * 2 end
    return twice, io, { #v }
  end
  function Twice:food(v, io) return Food("green", "leaf"), v, io end
  function Twice:herd(v, io) return { v[2], v[1] }, io, v end
  local o = Twice()
  local function all(...) return { ... } end
  equal(all(o:som_dispatch("card", card, card)), { card, card, card })
  equal(all(o:som_dispatch("numbers", { 1, 2 }, { 3 })), { { 2, 4 }, { 3 }, { 2 } })
  equal(all(o:som_dispatch("food", Food("red", 1), Food("blue", card))), { Food("green", "leaf"), Food("red", 1), Food("blue", card) })
  local d, a = Dog(), Animal()
  equal(all(o:som_dispatch("herd", { d, a }, {})), { { a, d }, {}, { d, a } })
end

function tests.wrong_results()
  local Wrong = Echo:extend "Wrong"
  local result
  function Wrong:text() return unpack(result, 1, 3) end
  function Wrong:small() return unpack(result, 1, 3) end
  local o = Wrong()
  for _, r in ipairs { {}, { 1, 2, 3 }, { "a", "b" }, { "a", "b", {} } } do
    result = r
    fails("bad result of 'text' in class Wrong", o.som_dispatch, o, "text", "a", "b")
  end
  result = { 1, 2, 2 ^ 20 }
  fails("bad result of 'small' in class Wrong %(io: 1048576 is out of the range of short", o.som_dispatch, o, "small", 1, 2)
end

function tests.raising()
  local Raising = Dog:extend "Raising"
  local what
  function Raising:speak() error(what, 0) end
  local o = Raising()
  local odd = setmetatable({}, { __tostring = function() return "odd" end })
  for _, e in ipairs { odd, "text", {}, print, 7 } do
    what = e
    local good, got = pcall(o.som_dispatch, o, "speak", 1)
    assert(not good and rawequal(got, e))
  end
  what = TooLoud(7, "why")
  equal(fails("", o.som_dispatch, o, "speak", 1), TooLoud(7, "why"))
  what = Asleep()
  assert(dsom.is(fails("", o.som_dispatch, o, "speak", 1), Asleep))
  what = dsom.system("BAD_PARAM", { minor = 3, completed = "YES", text = "bad" })
  local e = fails("BAD_PARAM %(minor 3, completed YES%): bad", o.som_dispatch, o, "speak", 1)
  equal(e.minor, 3)
  what = TooLoud(2 ^ 20, "no short")
  fails("Zoo::TooLoud.volume: 1048576 is out of the range of short", o.som_dispatch, o, "speak", 1)
  what = odd
  local n, id, text = caller.direct(o:som_entry "speak", o:som_address(), 1)
  equal({ n, id, text }, { 0, "IDL:opendsom/LuaError:1.0", "odd" })
end

function tests.through()
  local Passing = Dog:extend "Passing"
  function Passing:speak(n)
    local good, r = pcall(Passing.super.speak, self, n)
    if good then return r end
    if n == 2000 then r.volume = 1 end
    error(r, 0)
  end
  equal(fails("", function() Passing():som_dispatch("speak", 1007) end).volume, 7)
  equal(fails("", function() Passing():som_dispatch("speak", 2000) end).volume, 1)
end

function tests.older()
  assert(caller.older())
  local Older = dsom.load "Older"
  local Passing = Older:extend "PassingOlder"
  function Passing:speak(n) return Passing.super.speak(self, n) end
  for _, o in ipairs { Older(), Passing() } do
    for _, f in ipairs { function() o:speak(5) end, function() o:som_dispatch("speak", 5) end } do
      local e = fails("TooLoud", f)
      assert(getmetatable(e) == dsom.UserException and e.id == TooLoud.id)
    end
  end
end

function tests.signatures()
  assert(caller.signed())
  local Signed = dsom.load "Signed"
  local Own = Signed:extend "OwnSigned"
  function Own:pass(n) return -Own.super.pass(self, n) end
  local o = Own()
  equal({ Signed():pass(3), o:pass(3), o:som_dispatch("pass", 3) }, { 4, -4, -4 })
  equal(o:take(Dog()), 1) -- of any class
  fails("cannot be called", o.nowhere, o)
end

function tests.later()
  local Later = Dog:extend "Later"
  local Below = Later:extend "Below"
  local o, b = Later(), Below()
  equal(o:som_dispatch("speak", 3), 7)
  function Later:speak(n) return n + Dog.speak(self, n) end
  equal({ o:speak(3), o:som_dispatch("speak", 3), b:speak(3), b:som_dispatch("speak", 3) }, { 10, 10, 10, 10 })
  function Later:speak() return 0 end
  equal({ o:som_dispatch("speak", 3), b:som_dispatch("speak", 3) }, { 0, 0 })
  function Below:speak() return 1 end
  equal({ o:som_dispatch("speak", 3), b:som_dispatch("speak", 3), b:speak(3) }, { 0, 1, 1 })
  Later.speak = nil
  equal({ o:speak(3), o:som_dispatch("speak", 3) }, { 7, 7 })
  Later.helper = function(self) return self.legs + 1 end
  equal({ o:helper(), b:helper() }, { 5, 5 })
end

function tests.two_parents()
  local Both = Dog:extend("Both", Pet)
  function Both:speak_to(who) return Pet.speak_to(self, who) + 1 end
  local o = Both()
  equal({ o:som_dispatch("speak_to", "abc"), o:speak(1), o:owner() }, { 4, 3, "somebody" })
end

function tests.names()
  local a, b = Dog:extend "Same", Dog:extend "Same"
  assert(a.som_name ~= b.som_name)
  local Terrier = Dog:extend "Zoo::Terrier"
  assert(dsom.load "Zoo::Terrier" == Terrier)
  equal(fails("", Dog.extend, Dog, "Zoo::Terrier").code, "name")
end

function tests.init()
  local Held = Dog:extend "Held"
  function Held:init(name, legs)
    self.name = name
    self.many = legs or 4
  end
  local o = Held("Rex", 5)
  equal({ o.name, o.many, rawget(o, "name") }, { "Rex", 5 })
  fails("string expected, got nil", Held)
  fails("string expected, got nil", Held.som_new, Held) -- as another language makes it: without arguments
  local Free = Dog:extend "Free"
  function Free:init()
    self.begun = true
    self.name = "free"
  end
  equal({ Free:som_new().begun, Free:som_new().name, Free:named("x", 3).begun }, { true, "free", true })
  local Failing = Dog:extend "Failing"
  function Failing:init() error { "begin" } end
  collect()
  local before = Dog.som_instances
  for _, f in ipairs { Failing, function() Failing:som_new() end } do equal(select(2, pcall(f)), { "begin" }) end
  collect()
  equal(Dog.som_instances, before)
end

-- An override that C++'s constructor calls sees the object that it will be; and one that is never begun goes, whoever has its table.
function tests.before_begin()
  local Eager, threads = dsom.load "Threads::Eager", dsom.load "Threads::Caller" ()
  local seen, answer = {}, 0
  local Asked = Eager:extend "Asked"
  function Asked:init()
    self.begun = true
    if answer > 0 then error "init" end
  end
  function Asked:hello(n)
    seen[#seen + 1] = self
    self.asked = n
    if n == 1 and answer == 3 then collect() end
    return answer
  end
  local ways = { function() return Asked() end, function() return Asked:som_new() end }
  for _, make in ipairs(ways) do
    local o = make()
    assert(#seen == 1 and rawequal(seen[1], o) and o.asked == 1 and o.begun and o:som_dispatch("hello", 5) == 0 and o.asked == 5)
    seen = {}
  end
  for _, what in ipairs { { 1, "init" }, { 3, "init" }, { -1, "hello was not answered" } } do
    answer = what[1]
    for _, make in ipairs(ways) do fails(what[2], make) end
    assert(not threads:make_here "Asked" and threads.why:find(what[2]), threads.why)
    equal(#seen, 3)
    for i, o in ipairs(seen) do
      if what[1] < 0 or i > 1 then -- else the object is there, and its init alone has failed
        fails("has been released", o.word, o)
        equal({ o.asked, o:som_alive(), tostring(o) }, { 1, false, "Asked: released" })
      end
      o.more, o.me = {}, o
    end
    seen = {}
  end
  answer = -1
  local function keeping() -- what is collected in the midst of it, and comes back
    local weak = {}
    function Asked:word()
      weak[1] = dsom.weak(self)
      self = nil
      return ""
    end
    function Asked:hello(n)
      collect()
      assert(rawequal(weak[1](), self))
      return answer
    end
    for _, make in ipairs(ways) do fails("hello was not answered", make) end
    assert(weak[1]() == nil)
  end
  keeping()
  Asked.word, Asked.hello, answer = Eager.word, Eager.hello, 0
  for i = 1, 100 do -- where those were
    local o = ways[i % 2 + 1]()
    assert(o.begun and o:som_alive() and o.more == nil and o.me == nil)
    assert(threads:make_here "Asked")
    if i % 10 == 0 then collect() end
  end
  seen = {}
  collect()
  collect()
  equal(Asked.som_instances, 0)
end

-- The same where the constructor hands the object to another one of Lua's.
function tests.shown_before_begin()
  caller.showing("Showing", "Zoo::Dog")
  local Watching, Shown = Dog:extend "Watching", dsom.load "Showing":extend "Shown"
  local seen, w = {}, nil
  function Watching:friend_of(who)
    seen[#seen + 1] = who
    equal({ who:speak(3), who.begun }, { 7 })
    return who
  end
  function Shown:init() self.begun = true end
  w = Watching()
  for _, make in ipairs { Shown, function() return Shown:som_new() end } do
    caller.watch(w:som_address(), false)
    local o = make()
    assert(#seen == 1 and rawequal(seen[1], o) and o.begun)
    caller.watch(w:som_address(), true)
    fails("it is undone", make)
    assert(#seen == 2 and not seen[2]:som_alive())
    fails("has been released", seen[2].speak, seen[2], 1)
    seen = {}
  end
  for i = 1, 60 do
    caller.watch(w:som_address(), i % 3 == 1)
    equal(select(2, caller.made("Shown", 1)), i % 3 == 1 and "IDL:omg.org/CORBA/INITIALIZE:1.0" or nil)
    if i % 7 == 0 then collect() end
  end
  caller.watch(w:som_address(), false)
  local inits, inner = {}, false
  function Shown:init(what) inits[#inits + 1] = what or "other" end
  function Watching:friend_of(who)
    if not inner then -- another of its class is made meanwhile, by C
      inner = true
      equal(caller.made("Shown", 1), 3)
    end
    return who
  end
  assert(Shown("own"):som_alive())
  equal(inits, { "other", "own" })
  caller.watch(0, false)
  seen = {}
  collect()
  collect()
  equal(Shown.som_instances, 0)
end

-- What an override has lent C lasts until C's part has ended, whoever gives back the last reference.
function tests.lent_longer()
  local Eager = dsom.load "Threads::Eager"
  local text, Lends = nil, Eager:extend "Lends"
  function Lends:word() return text end
  for _, others in ipairs { false, true } do
    text = ("x"):rep(40) .. tostring(others)
    local o = Lends()
    local at = o:som_address()
    if others then
      caller.retain(at)
      o = nil
      collect()
      collect()
      caller.release(at)
    else
      o:som_release()
    end
    equal(Eager().breed, text)
  end
end

-- References to what could not be begun are given back, and with them goes the memory.
function tests.undone_leave_nothing()
  caller.showing("Undoing", "Zoo::Dog")
  local Watching, Shown = Dog:extend "WatchingUndone", dsom.load "Undoing":extend "Undone"
  local seen, w = {}, nil
  function Watching:friend_of(who)
    seen[#seen + 1] = who
    return who
  end
  w = Watching()
  caller.watch(w:som_address(), true)
  local function some(n)
    for i = 1, n do
      for _, make in ipairs { Shown, function() return Shown:som_new() end } do fails("it is undone", make) end
      caller.made("Undone", 1)
      seen = {}
      if i % 100 == 0 then collect() end
    end
    collect()
    collect()
    return caller.in_use()
  end
  some(300)
  local before = some(300)
  local more = some(3000) - before
  assert(more < 180000, more) -- each has more than 60
  caller.watch(0, false)
end

-- A class may make objects in its own way: what it keeps is its own.
function tests.class_that_makes_several()
  caller.twofold("Twofold", "TwofoldMeta", "Zoo::Dog")
  local Own = dsom.load "Twofold":extend "OfTwo"
  function Own:init(name) self.name = name or "none" end
  local o = Own "second"
  collect()
  collect()
  equal({ o.name, Own.som_instances }, { "second", 2 })
  o = nil
  caller.drop_first()
  collect()
  collect()
  equal(Own.som_instances, 0)
end

function tests.class_goes()
  local function there(name)
    for _, n in ipairs(dsom.classes()) do if n == name then return true end end
    return false
  end
  do
    local Short = Dog:extend "Short"
    function Short:speak() return 1 end
    equal(Short():som_dispatch("speak", 1), 1)
    assert(there "Short")
  end
  collect()
  assert(not there "Short")
end

function tests.release()
  collect()
  local before = Dog.som_instances
  local d = Dog()
  equal(Dog.som_instances, before + 1)
  d:som_release()
  equal(Dog.som_instances, before)
  for _, f in ipairs { function() d:speak(1) end, function() return d.name end, function() Echo():animal(d, Dog()) end, function() dsom.weak(d) end, function() d.name = "x" end,
    function() d:som_dispatch("speak", 1) end } do fails("the object of class Zoo::Dog has been released", f) end
  equal({ tostring(d), d:som_alive() }, { "Zoo::Dog: released", false })
  d:som_release()
  if not jit then
    assert(load [[
      local dsom, Dog = ...
      local kept
      do
        local d <close> = Dog()
        kept = d
        assert(d:som_alive())
      end
      assert(not kept:som_alive())
    ]])(dsom, Dog)
  end
  local Own = Dog:extend "Releasing"
  function Own:speak(n)
    self:som_release()
    return n
  end
  local o = Own()
  equal({ o:som_dispatch("speak", 3), o:som_alive() }, { 3, false })
  o = nil
  collect()
  equal(Own.som_instances, 0)
end

function tests.goes()
  local Own = Dog:extend "Going"
  for _, K in ipairs { Dog, Own } do
    collect()
    local before = K.som_instances
    local o = K()
    equal(K.som_instances, before + 1)
    o = nil
    collect()
    equal(K.som_instances, before)
  end
end

function tests.kept_by_others()
  local Own = Dog:extend "Kept"
  local e, o = Echo(), Own()
  o.mark, o.me, o.friend, o.child = 7, o, Dog:named("friend", 3), Own()
  o.child.mark = 8
  e:keep("", o)
  local address, w = o:som_address(), dsom.weak(o)
  o = nil
  for i = 1, 5 do
    collect()
    o = w()
    equal({ o.mark, o:som_address(), rawequal(o.me, o), o.friend.name, o.child.mark, o.child:speak(1) }, { 7, address, true, "friend", 8, 3 })
    assert(getmetatable(o) == Own)
    o = nil
  end
  e:keep("", Dog())
  collect()
  equal({ Own.som_instances, w() }, { 0 })
end

-- Lua finds a kept object again without SOM's help: it is Lua's from the next use on.
function tests.found_again()
  local Own = Dog:extend "Found"
  local all = setmetatable({}, { __mode = "k" })
  function Own:init() all[self] = true end
  local e = Echo()
  local c = Own()
  local p = Own()
  c.parent = p
  e:keep("", p)
  local other = Echo()
  other:keep("", c)
  p, c = nil, nil
  collect()
  local saved = {}
  for o in pairs(all) do saved[#saved + 1] = o end
  equal(#saved, 2)
  for _, o in ipairs(saved) do equal(o:som_dispatch("speak", 1), 3) end
  e:keep("", Dog())
  other:keep("", Dog())
  for _, o in ipairs(saved) do equal({ o:speak(1), o:som_alive() }, { 3, true }) end
  saved = nil
  collect()
  equal(Own.som_instances, 0)
end

-- A class of Lua's and one below it go together, whichever is found first.
function tests.classes_go_together()
  local function there(name)
    for _, n in ipairs(dsom.classes()) do if n == name then return true end end
    return false
  end
  for _ = 1, 3 do
    local A = Dog:extend "Together"
    local B = A:extend "TogetherBelow"
    local C = B:extend "TogetherLowest"
    assert(C.som_name == "TogetherLowest" and A.som_name == "Together")
    A, B, C = nil, nil, nil
    collect()
    collect()
    assert(not there "Together" and not there "TogetherBelow" and not there "TogetherLowest")
  end
end

function tests.waits_whatever_was_called()
  caller.below("Waiting", "Zoo::Dog")
  local Waiting = dsom.load "Waiting"
  local Own = Waiting:extend "WaitingOwn"
  local before = { Dog.bark, Waiting.bark, Own.bark } -- looked for once
  dsom.waits(Dog, "bark")
  assert(Dog.bark ~= before[1] and Waiting.bark == Dog.bark and Own.bark == Dog.bark)
  local o = Own()
  o:bark(5)
  equal(o:speak(1), 18)
end

function tests.later_above_another()
  local A = Dog:extend "LaterA"
  local B = A:extend "LaterB"
  function B:speak() return 2 end
  local C = B:extend "LaterC"
  function A:speak() return 1 end
  equal({ A():som_dispatch("speak", 0), B():som_dispatch("speak", 0), C():speak(0), C():som_dispatch("speak", 0) }, { 1, 2, 2, 2 })
end

function tests.cycles()
  local Node = Dog:extend "Node"
  for _ = 1, 100 do
    local a, b = Node(), Node()
    a.other, b.other = b, a
  end
  collect()
  equal(Node.som_instances, 0)
end

function tests.weak()
  local d = Dog()
  local w = dsom.weak(d)
  assert(rawequal(w(), d))
  d = nil
  collect()
  equal(w(), nil)
  fails("object expected, got number", dsom.weak, 7)
  fails("weak reference expected", getmetatable(w).__call, 7)
end

-- Finalizers of Lua's find objects alive, whatever the order in which they run.
function tests.in_finalizers()
  if jit then return end -- tables have none
  local said, Own = {}, Dog:extend "Last"
  for _ = 1, 3 do
    local t = setmetatable({}, { __gc = function(t) said[#said + 1] = t.dog:speak(1) + t.own:speak(1) end })
    t.dog, t.own = Dog(), Own()
  end
  collect()
  equal(said, { 6, 6, 6 })
end

function tests.coroutines()
  local Own = Dog:extend "Coroutine"
  function Own:speak(n)
    if n == 1 then coroutine.yield(n) end
    local co = coroutine.wrap(function(m)
      coroutine.yield(Own.super.speak(self, m))
    end)
    return co(n)
  end
  local o = Own()
  equal(coroutine.wrap(function() return o:som_dispatch("speak", 3) end)(), 7)
  local good, e = coroutine.resume(coroutine.create(function() return o:som_dispatch("speak", 1) end))
  assert(not good and tostring(e):find "yield across")
  equal(o:som_dispatch("speak", 2), 5)
end

function tests.deep()
  local Own = Dog:extend "Deep"
  function Own:speak(n) return n == 0 and 0 or self:som_dispatch("speak", n - 1) + 1 end
  equal(Own():som_dispatch("speak", 40), 40)
  fails("overflow", function() Own():som_dispatch("speak", 100000) end)
  equal(Own():som_dispatch("speak", 40), 40)
end

-- Another thread calls: what is Lua's is done when Lua serves.
function tests.foreign()
  local seen, Own = 0, Dog:extend "Foreign"
  function Own:speak(n)
    seen = seen + 1
    if n == 7 then error "odd" end
    return n + 1
  end
  local o, d = Own(), Dog()
  local function called(by, n, times)
    assert(caller.begin(by:som_entry "speak", by:som_address(), n, times))
    while true do
      local r, id, text = caller.ended()
      if r then return { r, id, text } end
      dsom.serve()
    end
  end
  equal(called(d, 5), { 11 })
  equal({ called(o, 10, 500), seen }, { { 510 }, 500 })
  local got = called(o, 7)
  assert(got[2] == "IDL:opendsom/LuaError:1.0" and got[3]:find "odd")
  collect()
end

-- An override that does not return before its caller, another thread, has gone: that one is told, and Lua goes on.
function tests.never_returns()
  local Own, d = Dog:extend "Never", Dog()
  local told
  function Own:speak(n)
    if n < 5 then return n end
    told = { caller.wait() }
    if n == 6 then error "nobody hears it" end
    return "none"
  end
  local e, o = Echo(), Own()
  e:keep("", o)
  local again = dsom.weak(o)
  for _, n in ipairs { 5, 6 } do
    if n == 6 then -- C++ has it, and hands it over once more
      o:som_release()
      o = again()
    end
    dsom.patience(300)
    repeat
      assert(caller.begin(o:som_entry "speak", o:som_address(), n))
      told = nil
      repeat
        dsom.serve()
        told = told or { caller.ended() }
        if told[1] == nil then told = nil end
      until told
    until told[2] ~= "IDL:omg.org/CORBA/TRANSIENT:1.0" -- it was not served in time
    dsom.patience(60000)
    equal(told[2], "IDL:omg.org/CORBA/TIMEOUT:1.0")
    assert(told[3]:find "has not come to its end within twice 300 ms %(SOMH_HOME_PATIENCE%), and goes on", told[3])
    equal({ o:som_dispatch("speak", 4), d:speak(3) }, { 4, 7 })
  end
  fails("number expected, got nil", dsom.patience)
  fails("milliseconds expected, from 1", dsom.patience, 0)
end

-- The same by Lua's own thread: a hook ends it, and the error goes through C++.
function tests.hooked()
  local Own = Dog:extend "Hooked"
  function Own:speak() while true do end end
  if jit then jit.off(Own.speak) end -- what is compiled asks no hook
  local o = Own()
  local function limited(f, ...)
    debug.sethook(function() error "too long" end, "", 100000)
    local r = { pcall(f, ...) }
    debug.sethook()
    return unpack(r)
  end
  for _ = 1, 3 do
    local good, e = limited(o.som_dispatch, o, "speak", 1)
    assert(not good and tostring(e):find "too long", e)
  end
  equal(Dog():speak(3), 7)
  assert(caller.begin(o:som_entry "speak", o:som_address(), 1))
  local r
  repeat
    assert(limited(dsom.serve))
    r = { caller.ended() }
  until r[1]
  assert(r[2] == "IDL:opendsom/LuaError:1.0" and r[3]:find "too long", r[3])
end

function tests.quick()
  local Own = Dog:extend "Quick"
  function Own:speak() return 1 end
  dsom.quick(Dog, "bark")
  local d = Dog()
  d:bark(3)
  equal(d:speak(1), 6)
  fails("has no method 'x'", dsom.quick, Dog, "x")
  if not jit then return end
  -- A method that was called quick, and calls back: no crash.
  dsom.quick(Puppy, "speak")
  local Above = Puppy:extend "CallsBack"
  function Above:speak() return 1 end
  local o = Above()
  equal(o:speak(1), 1)
  dsom.quick(Animal, "speak")
  fails("speak of class CallsBack is written in Lua, and is called by a method that dsom.quick", function() return Animal.speak(o, 1) end)
end

function tests.compiled()
  local d, e = Dog(), Echo()
  local sum = 0
  for i = 1, 1000 do
    sum = sum + d:speak(i % 10)
    sum = sum + (pcall(d.speak, d, i % 200 == 0 and "x" or 1) and 1 or 0)
    if i % 100 == 0 then assert(dsom.is(select(2, pcall(d.speak, d, 1000 + i)), TooLoud)) end
  end
  equal(sum, 1000 * 10 + 995)
  for i = 1, 300 do
    local x = i == 299 and Dog() or d
    if i == 299 then x:som_release() end
    local good = pcall(x.speak, x, 1)
    assert(good == (i ~= 299))
  end
end

local failed, only = 0, arg[1]
local all = {}
for name in pairs(tests) do all[#all + 1] = name end
table.sort(all)
for _, name in ipairs(all) do
  if not only or only == name then
    local good, e = xpcall(tests[name], function(e) return debug.traceback(tostring(e), 2) end)
    if not good then
      failed = failed + 1
      print("FAIL", name, e)
    end
  end
end
print(failed == 0 and "OK" or failed .. " failed")
os.exit(failed == 0 and 0 or 1, true)
