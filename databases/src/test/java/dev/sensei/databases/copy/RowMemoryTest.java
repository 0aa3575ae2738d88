package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RowMemoryTest {
  private static final int LIMIT_SECONDS = 10;

  private final RowMemory memory = new RowMemory(100);

  @Test
  void whoeverWouldTakeMoreThanThereIsWaitsUntilItIsGivenBack() throws Exception {
    RowMemory.Account first = memory.open();
    RowMemory.Account second = memory.open();
    first.take(60, CancelSignal.NEVER);
    CountDownLatch looks = new CountDownLatch(3);
    CompletableFuture<Void> waits =
        CompletableFuture.runAsync(
            () ->
                second.take(
                    50,
                    () -> {
                      looks.countDown();
                      return false;
                    }));
    assertThat(looks.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(waits).isNotDone();
    assertThat(memory.taken()).isEqualTo(60);

    first.giveBack(60);
    waits.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(memory.taken()).isEqualTo(50);
  }

  @Test
  void aRowWiderThanAllOfItGoesAloneAndBeforeThoseThatCameLater() throws Exception {
    RowMemory.Account narrow = memory.open();
    narrow.take(10, CancelSignal.NEVER);
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Void> wide =
        CompletableFuture.runAsync(
            () -> {
              RowMemory.Account account = memory.open();
              account.take(
                  500,
                  () -> {
                    asked.countDown();
                    return false;
                  });
              order.add("wide with " + memory.taken());
              account.close();
            });
    assertThat(asked.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> later =
        CompletableFuture.runAsync(
            () -> {
              memory.open().take(10, CancelSignal.NEVER);
              order.add("later");
            });
    narrow.close();

    CompletableFuture.allOf(wide, later).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(order).containsExactly("wide with 500", "later");
  }

  @Test
  void whoeverIsCancelledWaitsNoLongerAndIsInNobodysWay() {
    RowMemory.Account first = memory.open();
    first.take(100, CancelSignal.NEVER);
    RowMemory.Account second = memory.open();
    assertThatThrownBy(() -> second.take(1, () -> true)).isInstanceOf(CopyCancelled.class);
    first.close();
    memory.open().take(100, CancelSignal.NEVER);
    assertThat(memory.taken()).isEqualTo(100);
  }

  @Test
  void aClosedAccountGivesBackWhatItHadAndTakesNothing() {
    RowMemory.Account account = memory.open();
    account.take(30, CancelSignal.NEVER);
    account.take(20, CancelSignal.NEVER);
    account.giveBack(30);
    account.close();
    account.giveBack(20);
    assertThat(memory.taken()).isZero();
    assertThatThrownBy(() -> account.take(10, CancelSignal.NEVER))
        .isInstanceOf(CopyCancelled.class);
    assertThat(memory.taken()).isZero();
  }
}
