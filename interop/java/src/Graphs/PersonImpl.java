package Graphs;

public class PersonImpl extends Person {
  public PersonImpl() { first = ""; }

  public PersonImpl(String first) { this.first = first; }

  @Override public String name() { return first; }
}
