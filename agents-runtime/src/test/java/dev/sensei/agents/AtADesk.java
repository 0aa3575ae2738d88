package dev.sensei.agents;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A desk that hands out tasks of a new migration, and what is to be closed behind each test. */
abstract class AtADesk {
  final List<AutoCloseable> open = new ArrayList<>();
  final String migration = Desk.newMigration();
  Desk desk;

  @BeforeEach
  void openDesk() {
    desk = new Desk(OnPlatform.kafka());
    open.add(desk);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }
}
