//! Writes a library's interfaces as code of Rust: types, traits, and a line for each method.

use crate::class::Class;
use crate::error::{Error, Result};
use crate::names::{camel, snake, unique, unique_with};
use crate::sys::{self, Method, Param, Type};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

pub(crate) fn library(file: &Path) -> Result<String> {
    let file = std::fs::canonicalize(file).map_err(|e| Error::other(format!("{}: {e}", file.display())))?;
    let file = file.to_str().ok_or_else(|| Error::other(format!("{}: a name that is no UTF-8", file.display())))?;
    let own = Class::of_library(file)?;
    if own.is_empty() {
        return Err(Error::other(format!("{file} has no classes")));
    }
    Ok(Text::of(&own)?.write(&own))
}

struct Text {
    classes: Vec<&'static sys::Class>,
    handles: HashMap<String, String>,
    statics: HashMap<String, String>, // of each class, the name of its methods' table; that of its slot ends in _CLASS
    types: BTreeMap<String, (&'static Type, String)>,
    methods: HashMap<*const Method, String>,
    prefix: String,
    out: String,
}

/// An ancestor that generated code leaves out: SOMObject, SOMClass and so on have methods of another kind.
fn is_root(c: &sys::Class) -> bool {
    matches!(c.name(), "SOMObject" | "SOMClass" | "SOMClassMgr")
}

fn scopes(name: &str) -> Vec<&str> {
    name.split("::").collect()
}

impl Text {
    fn of(own: &[Class]) -> Result<Text> {
        let mut t = Text { classes: Vec::new(), handles: HashMap::new(), statics: HashMap::new(), types: BTreeMap::new(), methods: HashMap::new(), prefix: String::new(), out: String::new() };
        for c in own.iter().flat_map(|c| c.0.order().collect::<Vec<_>>().into_iter().rev()) {
            if !is_root(c) && !t.classes.iter().any(|k| std::ptr::eq(*k, c)) {
                t.classes.push(c);
            }
        }
        for c in t.classes.clone() {
            c.types().for_each(|of| t.collect(of, 0));
            for m in c.methods().iter().filter(|m| m.why.is_null()) {
                m.params().iter().chain(Some(&m.result)).for_each(|p| t.collect(p.of(), 0));
                m.raises().for_each(|of| t.collect(of, 0));
            }
        }
        t.name();
        Ok(t)
    }

    fn collect(&mut self, of: &'static Type, depth: u32) {
        if depth > crate::typed::MAX_NESTING || !of.why().is_empty() {
            return;
        }
        if matches!(of.kind, sys::STRUCT | sys::UNION | sys::ENUM | sys::EXCEPTION) {
            if self.types.contains_key(of.name()) || of.name().is_empty() {
                return;
            }
            self.types.insert(of.name().to_owned(), (of, String::new()));
        }
        if of.kind != sys::ENUM {
            of.members().iter().for_each(|m| self.collect(m.of(), depth + 1));
        }
        if let Some(elem) = of.elem() {
            self.collect(elem, depth + 1);
        }
    }

    /// Gives all their names: without the module that is common to the library's, scopes are one word.
    fn name(&mut self) {
        let all: Vec<&str> = self.classes.iter().map(|c| c.name()).chain(self.types.keys().map(|s| s.as_str())).collect();
        let first = scopes(all[0])[0];
        if all.iter().all(|n| scopes(n).len() > 1 && scopes(n)[0] == first) {
            self.prefix = format!("{first}::");
        }
        let (mut there, mut shouted) = (HashSet::new(), HashSet::new());
        let prefix = self.prefix.clone();
        let short = |n: &str| scopes(n.strip_prefix(&prefix).unwrap_or(n)).into_iter().map(camel).collect::<String>();
        for c in &self.classes {
            let is = unique_with(short(c.name()), &["Methods", "Overrides"], &mut there);
            let upper = snake(&is).trim_start_matches("r#").to_ascii_uppercase();
            self.statics.insert(c.name().into(), unique_with(upper, &["_CLASS"], &mut shouted));
            self.handles.insert(c.name().into(), is);
        }
        for (name, (_, is)) in self.types.iter_mut() {
            *is = unique(short(name), &mut there);
        }
        for c in &self.classes {
            let mut there = HashSet::new();
            for m in c.methods() {
                let is = match m.name().strip_prefix("_set_") {
                    Some(a) if !m.attribute.is_null() => format!("set_{a}"),
                    _ if !m.attribute.is_null() => sys::text(m.attribute).to_owned(),
                    _ => m.name().to_owned(),
                };
                self.methods.insert(m, unique(snake(&is), &mut there));
            }
        }
    }

    fn handle(&self, t: &Type) -> String {
        self.handles.get(t.name()).cloned().unwrap_or_else(|| "dsom::Object".into())
    }

    fn named(&self, t: &Type) -> String {
        self.types.get(t.name()).map_or_else(|| "dsom::Value".into(), |t| t.1.clone())
    }

    fn plain(&self, t: &Type) -> Option<&'static str> {
        Some(match t.kind {
            sys::BOOLEAN => "bool",
            sys::OCTET => "u8",
            sys::CHAR => "char",
            sys::WCHAR | sys::USHORT => "u16",
            sys::INT8 => "i8",
            sys::SHORT => "i16",
            sys::LONG => "i32",
            sys::ULONG => "u32",
            sys::LONGLONG => "i64",
            sys::ULONGLONG => "u64",
            sys::FLOAT => "f32",
            sys::DOUBLE => "f64",
            sys::POINTER => "dsom::Token",
            _ => return None,
        })
    }

    /// What comes out, and what stands in others; there an object may be null.
    fn owned(&self, t: &'static Type, member: bool) -> String {
        if let Some(s) = self.plain(t) {
            return s.into();
        }
        let elem = |member| t.elem().map_or_else(|| "u8".into(), |e| self.owned(e, member));
        match t.kind {
            sys::STRING => "String".into(),
            sys::WSTRING => "dsom::WString".into(),
            sys::OBJECT if member => format!("Option<{}>", self.handle(t)),
            sys::OBJECT => self.handle(t),
            sys::SEQUENCE => format!("Vec<{}>", elem(false)),
            sys::ARRAY => format!("[{}; {}]", elem(member), t.bound),
            _ => self.named(t),
        }
    }

    fn result(&self, p: &'static Param) -> String {
        let is = self.owned(p.of(), false);
        if p.nullable() && self.plain(p.of()).is_none() && p.of().kind != sys::ENUM {
            return format!("Option<{is}>");
        }
        is
    }

    /// The type of what goes in, and how it is handed on.
    fn argument(&self, p: &'static Param, name: &str) -> (String, String) {
        let t = p.of();
        if let Some(s) = self.plain(t) {
            return (s.into(), name.into());
        }
        let is = match t.kind {
            sys::ENUM => return (self.named(t), name.into()),
            sys::OBJECT if !p.nullable() => return (format!("&impl dsom::IsA<{}>", self.handle(t)), format!("{name}.up()")),
            sys::STRING => "&str".into(),
            sys::SEQUENCE => format!("&[{}]", t.elem().map_or_else(|| "u8".into(), |e| self.owned(e, false))),
            _ => format!("&{}", self.owned(t, false)),
        };
        (if p.nullable() { format!("Option<{is}>") } else { is }, name.into())
    }

    fn doc(&mut self, indent: &str, doc: &str) {
        for line in doc.lines() {
            let _ = writeln!(self.out, "{indent}/// {}", line.trim());
        }
    }

    fn write(mut self, own: &[Class]) -> String {
        let names: Vec<&str> = own.iter().map(|c| c.name()).collect();
        let _ = writeln!(self.out, "// Made by dsom-rust of the classes {}. What a call does is in the crate dsom.\n", names.join(", "));
        let types: Vec<(&'static Type, String)> = self.types.values().cloned().collect();
        for (t, name) in types {
            self.write_type(t, &name);
        }
        for c in self.classes.clone() {
            self.write_class(c);
        }
        self.out
    }

    fn write_members(&mut self, t: &'static Type) {
        let mut there = HashSet::new();
        for m in t.members() {
            let line = format!("        pub {}: {},\n", unique(snake(sys::text(m.name)), &mut there), self.owned(m.of(), true));
            self.out.push_str(&line);
        }
    }

    fn write_type(&mut self, t: &'static Type, name: &str) {
        let head = match t.kind {
            sys::STRUCT => "dsom::structure! {\n",
            sys::EXCEPTION => "dsom::exception! {\n",
            sys::ENUM => "dsom::enumeration! {\n",
            _ => "dsom::union_of! {\n",
        };
        self.out.push_str(head);
        self.doc("    ", sys::text(t.doc));
        let mut there = HashSet::new();
        match t.kind {
            sys::STRUCT => {
                let _ = writeln!(self.out, "    pub struct {name} {{");
                self.write_members(t);
            }
            sys::EXCEPTION => {
                let _ = writeln!(self.out, "    pub struct {name} = {:?} {{", sys::text(t.id));
                self.write_members(t);
            }
            sys::ENUM => {
                let _ = writeln!(self.out, "    pub enum {name} {{");
                for (i, m) in t.members().iter().enumerate() {
                    let _ = writeln!(self.out, "        {} = {i},", unique(camel(sys::text(m.name)), &mut there));
                }
            }
            _ => {
                let _ = writeln!(self.out, "    pub enum {name} {{");
                for (i, m) in t.members().iter().enumerate() {
                    let labels: Vec<i64> = t.labels().iter().filter(|l| l.arm == i as u32).map(|l| l.value).collect();
                    let by = if labels.len() == 1 && t.otherwise != i as i32 { format!("[{}]", labels[0]) } else { "by 0".into() };
                    let line = format!("        {} {by} ({i}, {}),\n", unique(camel(sys::text(m.name)), &mut there), self.owned(m.of(), true));
                    self.out.push_str(&line);
                }
            }
        }
        self.out.push_str("    }\n}\n\n");
    }

    fn write_class(&mut self, c: &'static sys::Class) {
        let (name, upper) = (self.handles[c.name()].clone(), self.statics[c.name()].clone());
        let bases: Vec<&'static sys::Class> = c.order().skip(1).filter(|a| !is_root(a)).collect();
        let texts: Vec<String> = bases.iter().map(|a| format!("{:?}", a.name())).collect();
        let _ = writeln!(self.out, "static {upper}_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new({:?}, {}, {}, &[{}]);", c.name(), c.major, c.minor, texts.join(", "));
        let operations: Vec<String> = c.methods().iter().map(|m| format!("dsom::Operation::new({:?})", m.name())).collect();
        let _ = writeln!(self.out, "#[allow(dead_code)]\nstatic {upper}: [dsom::Operation<{name}>; {}] = [{}];\n", operations.len(), operations.join(", "));
        let _ = writeln!(self.out, "dsom::interface! {{");
        self.doc("    ", sys::text(c.doc));
        let handles: Vec<String> = bases.iter().map(|a| self.handles[a.name()].clone()).collect();
        let _ = writeln!(self.out, "    pub struct {name} = {:?}, {upper}_CLASS, {name}Overrides: {};\n}}\n", c.name(), handles.join(", "));

        let (procedures, methods): (Vec<_>, Vec<_>) = c.methods().iter().enumerate().partition(|(_, m)| m.kind == sys::PROCEDURE);
        let _ = writeln!(self.out, "/// The methods of {}.\n#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]\npub trait {name}Methods: dsom::IsA<{name}> {{", c.name());
        methods.iter().for_each(|(i, m)| self.write_method(m, *i, &upper, ""));
        let _ = writeln!(self.out, "}}\nimpl<T: dsom::IsA<{name}>> {name}Methods for T {{}}\n");
        if !procedures.is_empty() {
            let _ = writeln!(self.out, "impl {name} {{");
            procedures.iter().for_each(|(i, m)| self.write_method(m, *i, &upper, "pub "));
            self.out.push_str("}\n\n");
        }
        let _ = writeln!(self.out, "#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]\nimpl {name}Overrides {{");
        let mut there = HashSet::new();
        for from in c.order().filter(|a| !is_root(a)) {
            for (i, m) in from.methods().iter().enumerate() {
                self.write_override(m, i, &name, &mut there);
            }
        }
        self.out.push_str("}\n\n");
    }

    fn returns(&self, m: &'static Method) -> String {
        let mut all = Vec::new();
        if m.result.of().kind != sys::VOID {
            all.push(self.result(&m.result));
        }
        all.extend(m.params().iter().filter(|p| p.direction != sys::IN && p.of().kind != sys::MAKING).map(|p| self.result(p)));
        match all.len() {
            1 => all.remove(0),
            _ => format!("({})", all.join(", ")),
        }
    }

    fn write_method(&mut self, m: &'static Method, i: usize, upper: &str, public: &str) {
        let name = self.methods[&(m as *const Method)].clone();
        if !m.why.is_null() {
            let _ = writeln!(self.out, "    // {name} cannot be called: {}", sys::text(m.why).replace('\n', " "));
            return;
        }
        let mut there: HashSet<String> = HashSet::new();
        let (mut params, mut args) = (String::new(), String::new());
        for (k, p) in m.params().iter().enumerate().filter(|(_, p)| p.direction != sys::OUT && p.of().kind != sys::MAKING) {
            let of = sys::text(p.name);
            let of = unique(if of.is_empty() { format!("a{k}") } else { snake(of) }, &mut there);
            let (is, hands) = self.argument(p, &of);
            let _ = write!(params, ", {of}: {is}");
            let _ = write!(args, "{hands}, ");
        }
        let args = format!("({})", if args.matches(", ").count() == 1 { args.trim_end() } else { args.trim_end_matches(", ") });
        self.doc("    ", sys::text(m.doc));
        let params_alone = params.strip_prefix(", ").unwrap_or(&params).to_owned();
        let returns = self.returns(m);
        let line = if m.flags & sys::INIT != 0 {
            format!("    fn {name}({params_alone}) -> dsom::Result<Self> where Self: dsom::Make {{ {upper}[{i}].make({args}) }}\n")
        } else if m.kind == sys::PROCEDURE {
            format!("    {public}fn {name}({params_alone}) -> dsom::Result<{returns}> {{ {upper}[{i}].procedure({args}) }}\n")
        } else {
            format!("    #[inline]\n    fn {name}(&self{params}) -> dsom::Result<{returns}> {{ {upper}[{i}].call(self, {args}) }}\n")
        };
        self.out.push_str(&line);
    }

    fn write_override(&mut self, m: &'static Method, i: usize, of: &str, there: &mut HashSet<String>) {
        if !m.why.is_null() || m.kind != sys::STATIC || m.flags & sys::INIT != 0 {
            return;
        }
        let name = unique(self.methods[&(m as *const Method)].clone(), there);
        let upper = &self.statics[m.class().name()];
        let ins: Vec<&'static Param> = m.params().iter().filter(|p| p.direction != sys::OUT && p.of().kind != sys::MAKING).collect();
        let types: String = ins.iter().map(|p| format!(", {}", self.result(p))).collect();
        let args: String = ins.iter().map(|_| ", c.arg()?").collect();
        let returns = self.returns(m);
        let runs = if returns == "()" { format!("f(t, s{args})?; c.reply(())") } else { format!("let r = f(t, s{args})?; c.reply(r)") };
        let _ = writeln!(
            self.out,
            "    pub fn {name}<T: dsom::Subclass>(f: fn(&T, &dsom::Super<{of}>{types}) -> dsom::Result<{returns}>) -> dsom::Override<T> {{ dsom::Override::new(&{upper}[{i}], move |t, s, c| {{ {runs} }}) }}"
        );
    }
}
