/* One account, two nodes, a provider: claim, send, rotate, answer, keep, complete; kill -9 anywhere, leases that run out,
 * messages that arrive late, and the user who revokes. The names are those of src/Behalf.Server/Accounts/Refresh.
 *
 * POLICY 2: the provider takes a replaced refresh token again (a grace, kept open here as lease <= grace / 3 keeps it).
 * POLICY 3: strict; a replaced token that comes back ends the grant.
 *
 * What the model takes for granted, and the code sees to: a node that was paused for long does not send (LatestStart), and a
 * call is over before its lease is (CallDeadline). */

#ifndef POLICY
#define POLICY 3
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define TOKENS 4             /* how often the provider rotates at most */
#ifndef CLAIMS
#define CLAIMS 4
#endif

mtype = { ACTIVE, NEEDS_RECONNECT, REVOKED };
mtype = { RENEWED, INVALID_GRANT, UNKNOWN };

/* The database. */
mtype status = ACTIVE;
byte stored = 1;            /* cred_version: the number of the refresh token that is stored */
byte epoch = 0;             /* the fence */
bool intent = false;        /* a call may be in flight, or its outcome is unknown */
bool lease = false;         /* due_at lies ahead because somebody is at it */
bool accessGood = true;     /* expires_at lies ahead */
byte told = 0;              /* account.expired events */

/* The provider. */
bool family = true;         /* the grant lives */
byte newest = 1;            /* the refresh token that was issued last */
bool valid[TOKENS + 1];     /* issued and not replaced */
chan request = [2] of { byte, byte, byte };      /* node, its attempt, the token it shows */

/* The nodes. */
bool asking[2];             /* sent, by a process that lives and waits */
byte attempt[2];
mtype outcome[2];
byte won[2];                /* the token in the node's memory */
byte spilled[2];            /* the token in the node's file, 0 if none */
byte kills = KILLS, claims = CLAIMS;
bool answerLost = false;    /* a rotation's answer never came, or died with its process */
bool lastAttempt = false;   /* the answer was still on its way into the database when the old access token was used up */

inline release(keep) {
  if
  :: epoch == mine && status == ACTIVE -> lease = false; intent = keep
  :: else -> skip
  fi
}

proctype Node(byte id) {
  byte mine, base;
  bool hadIntent;

restart:
  asking[id] = false; won[id] = 0; attempt[id]++;
  /* ReplaySpill: before the first claim. */
  atomic {
    if
    :: spilled[id] != 0 && status == ACTIVE && stored < spilled[id] ->
       stored = spilled[id]; epoch++; intent = false; lease = false; accessGood = true
    :: else -> skip
    fi;
    spilled[id] = 0
  }

next:
  if
  :: atomic { kills > 0 -> kills--; goto restart }
  :: status != ACTIVE || newest == TOKENS || claims == 0 -> goto done
  :: atomic {
       /* RefreshClaims.TakeAsync, with SqlMustWait. */
       status == ACTIVE && !lease && claims > 0 && newest < TOKENS && !(POLICY == 3 && intent && accessGood) ->
       claims--; lastAttempt = (lastAttempt || (POLICY == 3 && intent && !accessGood)); hadIntent = intent; intent = true; lease = true; epoch++; mine = epoch; base = stored
     }
  fi;

  if
  :: atomic { kills > 0 -> kills--; goto restart }
  :: atomic { !(lease && epoch == mine) -> release(hadIntent); goto next }       /* too_late_to_send */
  :: atomic { lease && epoch == mine -> outcome[id] = 0; asking[id] = true; request!id, attempt[id], base }
  fi;

  if
  :: atomic { kills > 0 -> kills--; answerLost = true; goto restart }
  :: atomic { outcome[id] != 0 -> asking[id] = false }
  fi;

  if
  :: outcome[id] == UNKNOWN -> atomic { release(true) }; goto next
  :: outcome[id] == INVALID_GRANT ->
     atomic {
       if
       :: epoch == mine && status == ACTIVE -> status = NEEDS_RECONNECT; intent = false; lease = false; told++
       :: else -> skip
       fi
     };
     goto next
  :: outcome[id] == RENEWED -> skip
  fi;

  if
  :: atomic { POLICY == 3 && kills > 0 -> kills--; answerLost = true; goto restart }
  :: spilled[id] = (POLICY == 3 -> won[id] : 0)        /* RefreshSpill.Keep */
  fi;

  if
  :: atomic { kills > 0 -> kills--; goto restart }
  :: atomic {                                          /* StoreRenewal, under the fence */
       if
       :: epoch == mine && status == ACTIVE ->
          assert(stored == base);
          stored = won[id]; intent = false; lease = false; epoch++; accessGood = true
       :: else -> skip                                 /* fence lost: GiveBackAsync */
       fi
     }
  fi;
  if
  :: atomic { kills > 0 -> kills--; goto restart }
  :: spilled[id] = 0
  fi;
  goto next;

done:
  spilled[id] = 0
}

/* Takes each request once, at any time after it was sent, also after its sender died; the answer may get lost. */
active proctype Provider() {
  byte id, which, shown;
end:
  do
  :: atomic {
       request?id, which, shown ->
       if
       :: family && (valid[shown] || POLICY == 2) && newest < TOKENS ->
          valid[shown] = false; newest++; valid[newest] = true;
          if
          :: asking[id] && attempt[id] == which -> won[id] = newest; outcome[id] = RENEWED
          :: asking[id] && attempt[id] == which -> outcome[id] = UNKNOWN; answerLost = true
          :: else -> answerLost = true
          fi
       :: family && (valid[shown] || POLICY == 2) && newest == TOKENS ->
          if
          :: asking[id] && attempt[id] == which -> outcome[id] = UNKNOWN
          :: else -> skip
          fi
       :: else ->
          family = false;
          if
          :: asking[id] && attempt[id] == which -> outcome[id] = INVALID_GRANT
          :: else -> skip
          fi
       fi
     }
  od
}

/* A lease runs out only while nobody waits for an answer under it: the call is over before. */
active proctype Time() {
end:
  do
  :: atomic { lease && !asking[0] && !asking[1] -> lease = false }
  :: atomic { accessGood -> accessGood = false }
  od
}

active proctype User() {
  if
  :: atomic { status == ACTIVE -> status = REVOKED; epoch++; intent = false; lease = false; stored = 0 }
  :: skip
  fi
}

bool initialized = false;

#define ONE_AT_A_TIME (lastAttempt || !(asking[0] && asking[1]))
#define TOLD_ONCE (told <= 1 && (status != NEEDS_RECONNECT || told == 1))
#define USABLE (POLICY == 2 || valid[stored])
#define RESOLVED (initialized && status == ACTIVE && !intent && !lease && spilled[0] == 0 && spilled[1] == 0)
#define LOST (status == NEEDS_RECONNECT)

/* Nobody asks while another does (but where a file is brought in beside a last attempt); an account is given up once, with one event; what stands as resolved can be used (no
 * silent death); and it is lost only where a strict provider's answer did not arrive, died with its process,
 * or was not in the database for as long as the old access token lived. */
ltl safe { [] (ONE_AT_A_TIME && TOLD_ONCE && (!RESOLVED || USABLE) && (!LOST || (POLICY == 3 && (answerLost || lastAttempt)))) }

/* What was revoked stays so, and holds nothing. */
ltl revoked_is_final { [] (status == REVOKED -> [] (status == REVOKED && stored == 0)) }

init { atomic { valid[1] = true; initialized = true; run Node(0); run Node(1) } }
