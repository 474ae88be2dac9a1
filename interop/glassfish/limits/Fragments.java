// prints: little-endian 117440512, big-endian 7
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.portable.ApplicationException;
import org.omg.CORBA.portable.InputStream;
import org.omg.CORBA.portable.ObjectImpl;

/**
 * Reads a user exception with the number 7, of which the repository id goes over the end of a fragment: the ORB reads the id twice,
 * and what follows it in the other byte order, if the reply is little-endian.
 */
public final class Fragments {
  private static final int FIRST = 64; // octets of the first fragment
  private static final String ID = "IDL:interop.opendsom.org/Grown/Dug:1.0";

  private static final class Stub extends ObjectImpl {
    @Override public String[] _ids() { return new String[] {"IDL:omg.org/CORBA/Object:1.0"}; }
  }

  public static void main(String[] args) throws Exception {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    System.out.println("little-endian " + number(orb, ByteOrder.LITTLE_ENDIAN) + ", big-endian " + number(orb, ByteOrder.BIG_ENDIAN));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static int number(ORB orb, ByteOrder order) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answer = new Thread(() -> answer(server, order));
      answer.setDaemon(true);
      answer.start();
      Stub stub = new Stub();
      stub._set_delegate(((ObjectImpl) orb.string_to_object("corbaloc:iiop:1.2@127.0.0.1:" + server.getLocalPort() + "/x"))._get_delegate());
      try {
        stub._invoke(stub._request("dig", true));
      } catch (ApplicationException e) {
        InputStream in = e.getInputStream();
        in.read_string();
        return in.read_long();
      }
      throw new IllegalStateException("no exception came");
    }
  }

  /** answer reads one request, and replies in two fragments. */
  private static void answer(ServerSocket server, ByteOrder order) {
    try (Socket s = server.accept()) {
      DataInputStream in = new DataInputStream(s.getInputStream());
      byte[] head = new byte[12];
      in.readFully(head);
      byte[] body = new byte[ByteBuffer.wrap(head, 8, 4).getInt()];
      in.readFully(body);
      int request = ByteBuffer.wrap(body).getInt();
      ByteBuffer reply = ByteBuffer.allocate(100).order(order);
      header(reply, 1);
      reply.putInt(request).putInt(1).putInt(0).putInt(ID.length() + 1).put(ID.getBytes(StandardCharsets.US_ASCII)).put((byte) 0).put((byte) 0);
      int end = reply.putInt(7).position();
      ByteBuffer first = ByteBuffer.wrap(reply.array(), 0, FIRST).order(order).putInt(8, FIRST - 12).put(6, (byte) (reply.get(6) | 2));
      ByteBuffer last = ByteBuffer.allocate(16 + end - FIRST).order(order);
      header(last, 7);
      last.putInt(request).put(reply.array(), FIRST, end - FIRST).putInt(8, last.capacity() - 12);
      s.getOutputStream().write(first.array(), 0, FIRST);
      s.getOutputStream().write(last.array());
      in.read(); // until the client ends
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  private static void header(ByteBuffer b, int type) {
    b.put(new byte[] {'G', 'I', 'O', 'P', 1, 2, (byte) (b.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 0), (byte) type}).putInt(0);
  }
}
