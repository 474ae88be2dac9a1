package Graphs;

public class LeafImpl extends Leaf {
  public LeafImpl() {}

  public LeafImpl(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** textOf returns what only the package may see. */
  public static String textOf(Leaf l) { return l.text; }
}
