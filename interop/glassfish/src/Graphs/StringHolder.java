package Graphs;

/** What idlj takes as the holder of a box of a string, and does not make. */
public final class StringHolder {
  public String value;
}
